/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a reader of one file cannot see: functions of other files that always answer the same. */
#pragma once

#include "base/error.h"

#define error_set(...)	  ((void)(error_set)(__VA_ARGS__), false)
#define error_reason(...) ((void)(error_reason)(__VA_ARGS__), false)
#define error_null(...)	  ((void)(error_null)(__VA_ARGS__), NULL)
