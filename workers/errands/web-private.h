/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What requests for words and for pieces of files share. */
#pragma once

#include "web.h"

#include <curl/curl.h>

#define WEB_ANSWER_MOST (256 * 1024)

typedef struct {
	const char *url;
	const char *method;
	const char *body; /* NULL: none */
	size_t body_size;
	const char *authority;
	const char *certificate;
	const char *key;
	const char *const *headers; /* lines beside our own, NULL at the end; NULL: none */
} WebAsk;

bool web_check_address(const WebAsk *ask, const char *const methods[], GError **error);
/* Adds reason, status and the body to the result. */
void web_perform(CURL *curl, const WebAsk *ask, JobResult *result);
bool web_with_curl(void (*work)(CURL *curl, const void *what, JobResult *result), const void *what,
		   JobResult *result, GError **error);
