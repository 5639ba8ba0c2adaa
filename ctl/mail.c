/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's command about e-mail: a test letter, and what became of it. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *reason;
	Text words;
} REASONS[] = {
	{"mail-name-not-found",
	 {"there is no such mail server in the network; see [mail] server",
	  "такого почтового сервера в сети нет; проверьте [mail] server"}},
	{"mail-no-connection",
	 {"the mail server takes no connection; see [mail] server and port",
	  "почтовый сервер не принимает соединение; проверьте [mail] server и port"}},
	{"mail-no-answer", {"the mail server does not answer", "почтовый сервер не отвечает"}},
	{"mail-no-tls",
	 {"the mail server does not encrypt as configured; see [mail] security",
	  "почтовый сервер не шифрует соединение так, как настроено; проверьте [mail] security"}},
	{"mail-bad-certificate",
	 {"the mail server's certificate cannot be verified; [mail] authority_file names the "
	  "authority of a server of the school's own",
	  "сертификат почтового сервера не подтверждён; для своего сервера школы укажите [mail] "
	  "authority_file"}},
	{"mail-wrong-password",
	 {"the mail server did not take the login and password",
	  "почтовый сервер не принял логин и пароль"}},
	{"mail-sender-refused",
	 {"the mail server takes no letters from this sender; see [mail] from",
	  "почтовый сервер не принимает письма от этого отправителя; проверьте [mail] from"}},
	{"mail-address-refused",
	 {"the mail server does not know this address", "почтовый сервер не знает такого адреса"}},
	{"mail-refused",
	 {"the mail server did not take the letter", "почтовый сервер не принял письмо"}},
	{"mail-not-done",
	 {"urok-errands did not do it; see: journalctl -u 'urok-errands@*' -u urokd",
	  "urok-errands не справился; подробнее: journalctl -u 'urok-errands@*' -u urokd"}},
};

static const char *words_of(const char *reason)
{
	for (size_t i = 0; i < G_N_ELEMENTS(REASONS); i++)
		if (strcmp(REASONS[i].reason, reason) == 0)
			return phrase_of(&REASONS[i].words);
	return reason;
}

bool command_mail_test(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) wanted = json_pack("{s:s}", "address", words[0]);
	g_autoptr(json_t) outcome = NULL;
	json_int_t code;
	bool sent;

	if (!wanted)
		return error_set(error, ERROR_INVALID, "%s",
				 phrase("This address is no UTF-8 text.", "Этот адрес — не текст UTF-8."));
	if (!console_request(console, "POST", "/api/v1/server/test-mail", wanted, &outcome, error))
		return false;
	sent = json_is_true(json_object_get(outcome, "sent"));
	code = json_integer_value(json_object_get(outcome, "server_code"));
	if (options->json)
		answer_json(outcome);
	else if (sent)
		puts(phrase("The mail server took the letter. Look into the mailbox, and into its spam "
			    "folder.",
			    "Почтовый сервер принял письмо. Проверьте ящик и папку со спамом."));
	if (sent)
		return true;
	return error_reason(error, ERROR_CONFLICT, options->json ? COMMAND_SAID : "mail", NULL,
			    phrase("The letter was not sent: %s (the server's last number: %d).",
				   "Письмо не отправлено: %s (последний код сервера: %d)."),
			    words_of(answer_text(outcome, "reason")), (int)code);
}
