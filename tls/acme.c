/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A certificate from an ACME authority (RFC 8555): certbot does it all, we give it a place that
 * nginx serves and take what it gets. */
#include "tls/box.h"

#include <gio/gio.h>
#include <string.h>

#define WEBROOT "acme"

/* What certbot runs after each renewal: ourselves, with the same places. It looks for the program
 * itself before a shell does, so that stands unquoted. */
static char *hook(const char *const *places)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	GString *text = g_string_new(self);

	for (guint i = 0; places[i]; i++) {
		g_autofree char *word = g_shell_quote(places[i]);

		g_string_append_printf(text, " %s", word);
	}
	g_string_append(text, " import --acme");
	return g_string_free(text, FALSE);
}

static bool check_name(const char *name, GError **error)
{
	const char *const none[] = {NULL};
	const NamesWish wish = {"urok", name, none};
	g_autoptr(Names) names = names_new(&wish);

	if (strchr(name, '.') && names->left_out[0] == NULL && !g_hostname_is_ip_address(name) &&
	    !g_str_has_suffix(name, ".local"))
		return true;
	return error_set(error, ERROR_INVALID,
			 "%s is no public name: an authority can only vouch for one that the Internet's DNS "
			 "knows (urok.school17.example).",
			 name);
}

static bool run_certbot(const char *const *words, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GSubprocess) certbot =
		g_subprocess_newv(words, G_SUBPROCESS_FLAGS_NONE, &failure);

	if (certbot && g_subprocess_wait_check(certbot, NULL, &failure))
		return true;
	return error_set(error, ERROR_UNAVAILABLE,
			 "certbot did not get a certificate (%s). The authority must reach this machine by that "
			 "name on port 80.",
			 failure->message);
}

bool acme_ask(const Box *box, const char *const *places, const char *name, const char *email,
	      GError **error)
{
	g_autofree char *certbot = g_find_program_in_path("certbot");
	g_autofree char *webroot = g_build_filename(box->folder, WEBROOT, NULL);
	g_autofree char *deploy = hook(places);
	const char *const words[] = {
		certbot,	  "certonly",	     "--non-interactive", "--agree-tos",
		"--webroot",	  "--webroot-path",  webroot,		  "--domain",
		name,		  "--cert-name",     name,		  "--deploy-hook",
		deploy,		  email ? "--email" : "--register-unsafely-without-email", email, NULL};

	if (!check_name(name, error))
		return false;
	if (!certbot)
		return error_set(error, ERROR_UNAVAILABLE,
				 "certbot is not installed: apt-get install certbot");
	if (g_mkdir_with_parents(webroot, 0755) != 0)
		return error_set(error, ERROR_UNAVAILABLE, "%s cannot be made.", webroot);
	return run_certbot(words, error);
}
