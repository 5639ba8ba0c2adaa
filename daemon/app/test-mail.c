/* SPDX-License-Identifier: LGPL-2.1-or-later
 * POST /api/v1/server/test-mail: the outcome is the answer, whatever it is. */
#include "app/test-mail.h"

#include "base/log.h"

typedef struct {
	Request *request;
	Job *job;
	char *reason;
	int server_code;
} Trial;

static void trial_free(Trial *self)
{
	g_free(self->reason);
	g_free(self);
}

static void on_gone(void *data)
{
	Trial *self = data;

	job_cancel(self->job);
	trial_free(self);
}

static bool answer(void *room, Request *request, GError **error)
{
	const Trial *self = room;

	request_reply_object(request, 200,
	                     json_pack("{s:b, s:s?, s:o}", "sent", self->reason == NULL, "reason",
	                               self->reason, "server_code",
	                               self->server_code ? json_integer(self->server_code)
	                                                 : json_null()));
	return true;
}

static void on_done(void *data, const JobAnswer *job_answer, const GPtrArray *parts,
                    const GError *failure)
{
	Trial *self = data;

	self->reason = g_strdup(mail_outcome(job_answer, failure, &self->server_code));
	log_write(LOG_INFO, "A test letter was %s (%s, the mail server's last word was %d)",
	          self->reason ? "not sent" : "sent", self->reason ? self->reason : "no fault",
	          self->server_code);
	request_resume(self->request, answer, self);
	trial_free(self);
}

static bool post_test_mail(void *room, Request *request, GError **error)
{
	const TestMail *self = room;
	g_autofree char *name = school_dup_name(self->school);
	const char *address = NULL;
	const Field fields[] = {{"address", FIELD_TEXT, true, 254, &address}, {0}};
	MailMessage message = {
	        .from_name = name,
	        .subject = "Проверка почты «Урока» / Urok test letter",
	        .text = "Почта школы работает: это письмо отправил сервер «Урока».\r\n"
	                "Отвечать на него не нужно.\r\n\r\n"
	                "The school's e-mail works: this letter was sent by the Urok server.\r\n"
	                "No answer is needed.\r\n",
	};
	Trial *trial;

	if (!json_read(request_body(request), fields, error))
		return false;
	message.to = address;
	trial = g_new0(Trial, 1);
	trial->request = request;
	trial->job = mail_send(self->mail, &message, on_done, trial, error);
	if (!trial->job) {
		trial_free(trial);
		return false;
	}
	request_hold(request, on_gone, trial);
	return true;
}

const Route TEST_MAIL_ROUTES[] = {
        {POST, "/api/v1/server/test-mail", "administrator", 1024, post_test_mail,
         ROUTE_READS | ROUTE_ALSO_CONSOLE},
        {0},
};
