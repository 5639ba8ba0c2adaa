/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The error domain; reason and field travel in GError's private part. */
#include "base/error.h"

typedef struct {
	const char *reason;
	char *field;
	unsigned retry_after_s;
} ErrorPrivate;

static void error_private_init(ErrorPrivate *private)
{
	g_assert(private);
	*private = (ErrorPrivate){0};
}

static void error_private_copy(const ErrorPrivate *from, ErrorPrivate *to)
{
	g_assert(from && to);
	*to = *from;
	to->field = g_strdup(from->field);
}

static void error_private_clear(ErrorPrivate *private)
{
	g_assert(private);
	g_free(private->field);
}

G_DEFINE_EXTENDED_ERROR(Error, error)

/* Of an error of this domain. */
static ErrorPrivate *private_of(const GError *error)
{
	ErrorPrivate *private = error_get_private((GError *)error);

	g_assert(private);
	return private;
}

static const char *const SLUGS[] = {
        [ERROR_INVALID] = "invalid",         [ERROR_UNAUTHENTICATED] = "unauthenticated",
        [ERROR_FORBIDDEN] = "forbidden",     [ERROR_NOT_FOUND] = "not-found",
        [ERROR_CONFLICT] = "conflict",       [ERROR_TOO_LARGE] = "too-large",
        [ERROR_BUSY] = "busy",               [ERROR_UNAVAILABLE] = "unavailable",
        [ERROR_NO_SPACE] = "no-space",       [ERROR_INTERNAL] = "internal",
};

static bool set_va(GError **error, ErrorCode code, const char *reason, const char *field,
                   const char *format, va_list args)
{
	GError *made;
	ErrorPrivate *private;

	if (!error)
		return false;
	made = g_error_new_valist(ERROR, (int)code, format, args);
	private = private_of(made);
	private->reason = reason ? reason : SLUGS[code];
	private->field = g_strdup(field);
	g_propagate_error(error, made);
	return false;
}

bool error_set(GError **error, ErrorCode code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_va(error, code, NULL, NULL, format, args);
	va_end(args);
	return false;
}

bool error_reason(GError **error, ErrorCode code, const char *reason, const char *field,
                  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_va(error, code, reason, field, format, args);
	va_end(args);
	return false;
}

void *error_null(GError **error, ErrorCode code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_va(error, code, NULL, NULL, format, args);
	va_end(args);
	return NULL;
}

ErrorCode error_code(const GError *error)
{
	return error->domain == ERROR ? (ErrorCode)error->code : ERROR_INTERNAL;
}

const char *error_reason_of(const GError *error)
{
	const ErrorPrivate *private;

	if (error->domain != ERROR)
		return SLUGS[ERROR_INTERNAL];
	private = private_of(error);
	return private->reason ? private->reason : SLUGS[error->code];
}

const char *error_field_of(const GError *error)
{
	if (error->domain != ERROR)
		return NULL;
	return private_of(error)->field;
}

bool error_is(const GError *error, ErrorCode code)
{
	return error && error->domain == ERROR && error->code == (int)code;
}

void error_set_retry_after(GError *error, unsigned seconds)
{
	if (error && error->domain == ERROR)
		private_of(error)->retry_after_s = seconds;
}

unsigned error_retry_after(const GError *error)
{
	if (error->domain != ERROR)
		return 0;
	return private_of(error)->retry_after_s;
}
