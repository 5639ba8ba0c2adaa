/* SPDX-License-Identifier: LGPL-2.1-or-later
 * OpenSSL's errors as the house's. */
#include "tls/openssl.h"

#include <openssl/err.h>

bool openssl_failed(GError **error, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	error_set(error, ERROR_INTERNAL, "%s: %s", what, reason ? reason : "no reason given");
	ERR_clear_error();
	return false;
}
