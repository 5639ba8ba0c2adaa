/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any text as the code of an invitation: what is taken for one reads the same when it is written
 * out again. */
#include "enrolment/enrolment-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_link(const EnteredCode *code)
{
	EnteredCode again = entered_code_parse(code->link);

	g_assert_cmpuint(strlen(code->link), ==, TOKEN_LENGTH);
	g_assert_cmpint(again.kind, ==, ENTERED_LINK);
}

static void check_slip(const EnteredCode *code)
{
	g_autofree char *printed = slip_format(code->slip);
	EnteredCode again = entered_code_parse(printed);

	g_assert_cmpint(again.kind, ==, ENTERED_SLIP);
	g_assert_cmpstr(again.slip, ==, code->slip);
}

static void check_short(const EnteredCode *code)
{
	g_autofree char *read_out = g_strdup_printf("%s - %s", code->locator, code->digits);
	EnteredCode again = entered_code_parse(read_out);

	g_assert_cmpint(again.kind, ==, ENTERED_SHORT);
	g_assert_cmpstr(again.locator, ==, code->locator);
	g_assert_cmpstr(again.digits, ==, code->digits);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	EnteredCode code;

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	code = entered_code_parse(text);
	switch (code.kind) {
	case ENTERED_LINK:
		check_link(&code);
		break;
	case ENTERED_SLIP:
		check_slip(&code);
		break;
	case ENTERED_SHORT:
		check_short(&code);
		break;
	case ENTERED_NOTHING:
		break;
	}
	return 0;
}
