/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is wrong with the line to the cloud, in words. */
#pragma once

/* Of a trouble's code; NULL: none are known here. */
const char *cloud_words_of_trouble(const char *code);
