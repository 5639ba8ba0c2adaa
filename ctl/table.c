/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokctl understands: its options and commands, in English and Russian. */
#include "table.h"

#include "keeping.h"

#include <string.h>

#define AT(field) offsetof(Options, field)
#define NOTHING	  {NULL, NULL}

#define LOGIN	  {"LOGIN", "ЛОГИН"}
#define CAMERA	  {"CAMERA", "КАМЕРА"}

const Option TABLE_OPTIONS[] = {
	{"json", 0, NOTHING, NULL,
	 {"answer as one line of JSON, for programs", "отвечать одной строкой JSON, для программ"},
	 AT(json)},
	{"socket", 0, {"PATH", "ПУТЬ"}, "file",
	 {"urokd's control socket (or $UROK_CONTROL)",
	  "управляющий сокет urokd (или $UROK_CONTROL)"},
	 AT(socket)},
	{"help", 'h', NOTHING, NULL, {"show help", "показать справку"}, AT(help)},
	{"version", 0, NOTHING, NULL, {"say which release this is", "показать версию"}, AT(version)},
	{"login", 0, {"NAME", "ИМЯ"}, NULL,
	 {"login of a camera, whose password is asked for, or of a new person",
	  "логин камеры (пароль будет запрошен отдельно) или нового человека"},
	 AT(login)},
	{"birth", 0, {"DAY", "ДЕНЬ"}, NULL,
	 {"birth date of a new person: 2014-05-31", "дата рождения нового человека: 2014-05-31"},
	 AT(birth)},
	{"email", 0, {"ADDRESS", "АДРЕС"}, NULL,
	 {"e-mail of a new person", "электронная почта нового человека"}, AT(email)},
	{"phone", 0, {"NUMBER", "НОМЕР"}, NULL,
	 {"phone of a new person", "телефон нового человека"}, AT(phone)},
	{"untried", 0, NOTHING, NULL,
	 {"add a camera without looking at it first", "добавить камеру без проверки"},
	 AT(untried)},
	{"seed", 0, {"N", "N"}, NULL,
	 {"number from which a demo school is made", "число, по которому создаётся пробная школа"},
	 AT(seed)},
	{"camera", 0, {"ADDRESS", "АДРЕС"}, NULL,
	 {"camera of a demo school", "камера пробной школы"}, AT(camera)},
	{"follow", 'f', NOTHING, NULL, {"go on as the journal grows", "показывать новые строки"},
	 AT(follow)},
	{"lines", 'n', {"N", "N"}, NULL, {"so many lines, instead of 200", "столько строк вместо 200"},
	 AT(lines)},
	{"role", 0, {"ROLE", "РОЛЬ"}, "role",
	 {"people of this role only", "только люди с этой ролью"}, AT(role)},
	{"back", 0, NOTHING, NULL,
	 {"go back to the release before", "вернуться к прежней версии"}, AT(back)},
	{"to", 0, {"FOLDER", "ПАПКА"}, "file",
	 {"folder of copies, instead of the school's own", "папка копий вместо обычной"}, AT(to)},
	{"key", 0, {"FILE", "ФАЙЛ"}, "file",
	 {"file that holds the key", "файл с ключом"}, AT(key_file)},
	{"maker", 0, {"MARK", "МЕТКА"}, NULL,
	 {"mark of the server that made the copy, from the paper", "метка сервера, который сделал копию, с листа"}, AT(maker)},
	{"over", 0, {"NAME", "НАЗВАНИЕ"}, NULL,
	 {"name of the school that gives way", "название школы, которая уступает место"}, AT(over)},
	{"all", 0, NOTHING, NULL,
	 {"everything, also what the other box has", "всё, даже то, что у другого сервера есть"}, AT(all)},
	{"oldest-go", 0, NOTHING, NULL,
	 {"at the limit the oldest copies go, instead of none being made",
	  "при пределе удалять самые старые копии, а не отказываться от новых"},
	 AT(oldest_go)},
	{"ca", 0, {"FILE", "ФАЙЛ"}, "file",
	 {"authority (PEM) of a cloud that has its own",
	  "удостоверяющий центр (PEM) облака, если он у него свой"},
	 AT(authority)},
	{"yes", 'y', NOTHING, NULL, {"do not ask", "не спрашивать"}, AT(yes)},
	{.name = NULL},
};

const Command TABLE_COMMANDS[] = {
	{{"The school", "Школа"},
	 "status", NOTHING, 0, 0, command_status, NULL, NULL,
	 {"how the school stands", "как дела у школы"},
	 {"A damaged database is status 1.", "Если база данных повреждена, код завершения 1."}},
	{NOTHING,
	 "setup-code", NOTHING, 0, 0, command_setup_code, NULL, NULL,
	 {"the code of the first start", "код первого запуска"},
	 {"The code that the page of the first start asks for. It works once.",
	  "Код, который спрашивает страница первого запуска. Он действует один раз."}},
	{NOTHING,
	 "sign-in-link", LOGIN, 1, 1, command_sign_in_link, NULL, "login",
	 {"a link that signs a person in once", "ссылка для однократного входа"},
	 {"The link is the first line of the output.", "Ссылка — первая строка вывода."}},
	{NOTHING,
	 "mail test", {"ADDRESS", "АДРЕС"}, 1, 1, command_mail_test, NULL, NULL,
	 {"send a test letter", "отправить пробное письмо"},
	 {"Sends one letter by the mail server of the section [mail] of urok.conf, and says whether "
	  "the server took it, or what is wrong.",
	  "Отправляет одно письмо через почтовый сервер из раздела [mail] файла urok.conf и "
	  "сообщает, принял ли его сервер или что не так."}},
	{NOTHING,
	 "demo", NOTHING, 0, 0, command_demo, "seed camera", NULL,
	 {"furnish an empty school with a demo school", "наполнить пустую школу пробными данными"},
	 {"Furnishes an empty school with invented people, classes and chats. `--seed` makes others, "
	  "`--camera` is the address of its camera, of which a broadcast begins. One person of each "
	  "role is named.",
	  "Наполняет пустую школу вымышленными людьми, классами и чатами. `--seed` создаёт других, "
	  "`--camera` — адрес камеры, с которой начнётся трансляция. В ответе названо по одному "
	  "человеку каждой роли."}},

	{{"People", "Люди"},
	 "user list", {"[SEARCH]", "[ПОИСК]"}, 0, 1, command_user_list, "role", NULL,
	 {"who is here", "кто есть в школе"},
	 {"Login, roles, name.", "Логин, роли, имя."}},
	{NOTHING,
	 "user show", LOGIN, 1, 1, command_user_show, NULL, "login",
	 {"what is known of an account", "что известно об учётной записи"}, NOTHING},
	{NOTHING,
	 "user add", {"ROLES FAMILY GIVEN [PATRONYMIC]", "РОЛИ ФАМИЛИЯ ИМЯ [ОТЧЕСТВО]"}, 3, 4,
	 command_user_add, "login birth email phone", "role",
	 {"add a person", "добавить человека"},
	 {"Roles are separated by commas: `teacher,parent`. `--login` gives a login, which `sign-in-link` "
	  "then lets in for the first time.",
	  "Роли через запятую: `teacher,parent`. `--login` задаёт логин, которому `sign-in-link` затем "
	  "даст войти в первый раз."}},
	{NOTHING,
	 "user set-login", {"LOGIN NEW", "ЛОГИН НОВЫЙ"}, 2, 2, command_user_set_login, NULL, "login",
	 {"give an account another login", "сменить логин"},
	 {"An e-mail or a phone number will do as a login.",
	  "Логином может быть электронная почта или номер телефона."}},
	{NOTHING,
	 "user roles", {"LOGIN ROLES", "ЛОГИН РОЛИ"}, 2, 2, command_user_roles, NULL, "login role",
	 {"give and take roles", "назначить и снять роли"},
	 {"All the roles that the person has from now on, separated by commas. With a role goes what "
	  "hung on it: a class teacher's class, a parent's children. The last administrator stays one.",
	  "Все роли, которые будут у человека с этой минуты, через запятую. Вместе с ролью уходит то, "
	  "что от неё зависело: класс классного руководителя, дети родителя. Последний администратор "
	  "им остаётся."}},
	{NOTHING,
	 "user block", LOGIN, 1, 1, command_user_block, NULL, "login",
	 {"let somebody in no more", "закрыть доступ"},
	 {"All sessions end at once, and no password, link or code lets them in.",
	  "Все сеансы завершаются сразу, и ни пароль, ни ссылка, ни код не впустят."}},
	{NOTHING,
	 "user unblock", LOGIN, 1, 1, command_user_unblock, NULL, "login",
	 {"let somebody in again", "вернуть доступ"}, NOTHING},
	{NOTHING,
	 "admin recover", {"[LOGIN]", "[ЛОГИН]"}, 0, 1, command_admin_recover, "yes", "login",
	 {"let an administrator in again", "вернуть доступ администратору"},
	 {"For when nobody can sign in who may run the school. The administrator's password, sessions "
	  "and links are gone, and a one-time link is printed. Somebody who is no administrator is "
	  "made one after a question, with `--yes` without it. It stands in the log as the console's.",
	  "На случай, когда войти не может никто из администраторов. Пароль, сеансы и ссылки "
	  "администратора отменяются, и выводится ссылка для однократного входа. Если человек не "
	  "администратор, то после вопроса, а с `--yes` без него, станет им. В журнале это записано "
	  "как действие консоли."}},

	{{"Cameras", "Камеры"},
	 "camera list", NOTHING, 0, 0, command_camera_list, NULL, NULL,
	 {"the cameras and their state", "камеры и их состояние"},
	 {"Short name, state, name, address.", "Короткое имя, состояние, название, адрес."}},
	{NOTHING,
	 "camera add", {"NAME ADDRESS", "НАЗВАНИЕ АДРЕС"}, 2, 2, command_camera_add,
	 "login untried", NULL,
	 {"try a camera and add it", "проверить камеру и добавить её"},
	 {"Looks at the camera behind an RTSP address, says what was found, and adds it. With "
	  "`--login` its password is asked for, or read from the standard input when that is no "
	  "terminal. With `--untried` it is added without being looked at.",
	  "Проверяет камеру по адресу RTSP, сообщает, что найдено, и добавляет её. С `--login` "
	  "спрашивает пароль, а если ввод не с терминала, читает его со стандартного ввода. С "
	  "`--untried` добавляет без проверки."}},
	{NOTHING,
	 "camera probe", {"ADDRESS|CAMERA", "АДРЕС|КАМЕРА"}, 1, 1, command_camera_probe, "login",
	 "camera",
	 {"what a camera gives", "что передаёт камера"},
	 {"Codec, size, sound, and whether browsers can play it.",
	  "Кодек, размер, звук и может ли это воспроизвести браузер."}},
	{NOTHING,
	 "camera remove", CAMERA, 1, 1, command_camera_remove, NULL, "camera",
	 {"forget a camera", "удалить камеру"},
	 {"The camera is named by its short name or its name.",
	  "Камеру называют коротким именем или названием."}},

	{{"Data and time", "Данные и время"},
	 "log verify", NOTHING, 0, 0, command_log_verify, NULL, NULL,
	 {"is the log what was written?", "не изменён ли журнал событий?"},
	 {"Reads the whole log and says whether it is what was written.",
	  "Читает весь журнал событий и сообщает, то ли в нём, что было записано."}},
	{NOTHING,
	 "incident", {"DAY [LOGIN]", "ДЕНЬ [ЛОГИН]"}, 1, 2, command_incident, NULL, "login",
	 {"whose data an incident touched, and who looked", "чьи данные затронул инцидент и кто смотрел"},
	 {"For the duties of 24 and 72 hours when data got into wrong hands: whose data the school keeps, "
	  "which, and who looked at pupils' data since that day, such as 2026-11-20; with a login, "
	  "through this account alone.",
	  "Для обязанностей в 24 и 72 часа, когда данные попали не в те руки: чьи данные и какие хранит "
	  "школа и кто смотрел данные учеников с этого дня, например 2026-11-20; с логином — только "
	  "через этот вход."}},
	{NOTHING,
	 "space", NOTHING, 0, 0, command_space, NULL, NULL,
	 {"what uses the disk", "чем занят диск"},
	 {"History (the database), files, recordings and backups, as blocks on the disk, their limits, and what is "
	  "free. What has links in two places is counted in the first. Nothing is removed; for how long messages "
	  "are kept says `retention`.",
	  "История (база данных), файлы, записи и резервные копии, в блоках на диске, их пределы и сколько "
	  "свободно. То, на что есть ссылки в двух местах, считается в первом. Ничего не удаляется; сколько "
	  "хранятся сообщения, говорит `retention`."}},
	{NOTHING,
	 "space try", {"KIND SIZE", "ВИД РАЗМЕР"}, 2, 2, command_space_try, "oldest-go", NULL,
	 {"what would go at a limit", "что удалится при пределе"},
	 {"Changes nothing. KIND is files or backups, SIZE such as 500MB, 50GB, 2TB.",
	  "Ничего не меняет. ВИД: files или backups; РАЗМЕР, например, 500MB, 50GB, 2TB."}},
	{NOTHING,
	 "space limit", {"KIND SIZE|none", "ВИД РАЗМЕР|none"}, 2, 2, command_space_limit, "oldest-go yes", NULL,
	 {"set how much a kind may take", "установить предел для вида"},
	 {"At the limit new files are refused, and so are new copies; with `--oldest-go` the oldest copies make "
	  "room instead, but never the newest, nor the newest that was proven. Says what would go, and asks, with "
	  "`--yes` without asking.",
	  "Когда предел достигнут, новые файлы и копии не принимаются; с `--oldest-go` место освобождают самые "
	  "старые копии, но не новейшая и не последняя проверенная. Сообщает, что удалится, и спрашивает; с "
	  "`--yes` не спрашивает."}},
	{NOTHING,
	 "retention", NOTHING, 0, 0, command_retention, NULL, NULL,
	 {"for how long messages are kept", "сколько хранятся сообщения"},
	 {"For each kind of chat what is set, how many messages there are, and how many are older than one, "
	  "two, three and five years. What is not set is kept for good.",
	  "Для каждого вида чатов: что установлено, сколько сообщений и сколько старше года, двух, трёх и "
	  "пяти лет. Что не установлено, хранится бессрочно."}},
	{NOTHING,
	 "retention try", {"KIND DAYS", "ВИД ДНЕЙ"}, 2, 2, command_retention_try, NULL, NULL,
	 {"how many messages would be removed", "сколько сообщений было бы удалено"},
	 {"Changes nothing. What a legal hold keeps does not count.",
	  "Ничего не меняет. То, что хранит запрет на удаление, не считается."}},
	{NOTHING,
	 "retention set", {"KIND DAYS|forever", "ВИД ДНЕЙ|forever"}, 2, 2, command_retention_set, "yes", NULL,
	 {"set for how long messages are kept", "установить срок хранения сообщений"},
	 {"Says how many messages the next night would remove, and asks, with `--yes` without asking. KIND is "
	  "staff, class_pupils, class_parents, direct, group or channel.",
	  "Сообщает, сколько сообщений удалит ближайшая ночь, и спрашивает; с `--yes` не спрашивает. ВИД: "
	  "staff, class_pupils, class_parents, direct, group или channel."}},
	{NOTHING,
	 "retention run", NOTHING, 0, 0, command_retention_run, NULL, NULL,
	 {"remove now what is past its time", "удалить сейчас то, что старше срока"},
	 {"As urokd does by itself each night.", "urokd делает это и сам, каждую ночь."}},
	{NOTHING,
	 "database check", NOTHING, 0, 0, command_database_check, NULL, NULL,
	 {"read and check every page of the database", "прочитать и проверить всю базу данных"},
	 {"As urokd does by itself each night. What to do about damage stands in urokd(8).",
	  "urokd делает это и сам, каждую ночь. Что делать с повреждённой базой, сказано в "
	  "urokd(8)."}},
	{NOTHING,
	 "clock", NOTHING, 0, 0, command_clock, NULL, NULL,
	 {"is the machine's time believed?", "верит ли urokd часам компьютера?"},
	 {"And if not, since when and why.", "А если нет, то с какого времени и почему."}},
	{NOTHING,
	 "clock confirm", NOTHING, 0, 0, command_clock_confirm, NULL, NULL,
	 {"the machine's time is right", "подтвердить, что время верное"},
	 {"urokd believes the machine's time from now on.",
	  "С этой минуты urokd верит времени компьютера."}},

	{{"Backups", "Резервные копии"},
	 "backup", NOTHING, 0, 0, command_backup, "to", NULL,
	 {"copy the school now", "сделать копию школы сейчас"},
	 {"As urok-backup.timer does each night. The copy is encrypted; what the one before it has is not "
	  "written again. `--to` copies into another folder, such as a disk that was plugged in. Ctrl-C "
	  "ends it and leaves nothing half. Needs root, as do all of these.",
	  "То же делает каждую ночь urok-backup.timer. Копия зашифрована; то, что есть в предыдущей, заново "
	  "не пишется. `--to` копирует в другую папку, например на подключённый диск. Ctrl-C прерывает и "
	  "ничего недоделанного не оставляет. Как и для остальных, нужны права root."}},
	{NOTHING,
	 "backup list", NOTHING, 0, 0, command_backup_list, "to", NULL,
	 {"which copies there are", "какие есть копии"},
	 {"Of 7 days, 4 weeks and 6 months the newest copy of each is kept.",
	  "Хранится последняя копия каждого из 7 дней, 4 недель и 6 месяцев."}},
	{NOTHING,
	 "backup verify", {"[FILE]", "[ФАЙЛ]"}, 0, 1, command_backup_verify, "to", "file",
	 {"prove that a copy would bring the school back", "проверить, что школа восстановится из копии"},
	 {"Rebuilds the newest copy, or this one, in a folder of its own, runs a second urokd on it, compares "
	  "every table and file, and wipes the folder.",
	  "Восстанавливает последнюю копию или указанную в отдельной папке, запускает на ней второй urokd, "
	  "сверяет все таблицы и файлы и стирает папку."}},
	{NOTHING,
	 "backup key", NOTHING, 0, 0, command_backup_key, NULL, NULL,
	 {"a new recovery key, shown once", "новый ключ восстановления, показывается один раз"},
	 {"With it copies are opened on another machine. This server keeps only the half that encrypts.",
	  "Им копии открывают на другом компьютере. Сервер хранит только ту половину, которой шифруют."}},
	{NOTHING,
	 "restore", {"FILE", "ФАЙЛ"}, 1, 1, command_restore, "key maker over", "file",
	 {"bring the school back from a copy", "восстановить школу из копии"},
	 {"On an empty machine it is the same school. Over a living school its name is asked for, or "
	  "given with `--over`, and it is kept beside the new one. `--key` names a file with the recovery "
	  "key; else it is asked for where this server's own key does not open the copy. What is refused "
	  "has touched nothing.",
	  "На пустом компьютере это будет та же школа. Если школа уже есть, спрашивает её название, или "
	  "его задаёт `--over`; прежняя школа сохраняется рядом. `--key` указывает файл с ключом "
	  "восстановления; иначе ключ будет запрошен, если собственный ключ сервера копию не открывает. При "
	  "отказе ничего не меняется."}},

	{{"Another building", "Другое здание"},
	 "carry export", {"FOLDER", "ПАПКА"}, 1, 1, command_carry_export, "all key", "file",
	 {"write what the other building's box lacks", "записать то, чего нет у сервера другого здания"},
	 {"For two boxes of one school without a line between them: FOLDER is on a stick, and what is "
	  "written there is encrypted for these boxes alone. People work meanwhile. What the box lacks is "
	  "known from its own last stick, so begin in the second building; `--all` writes everything. "
	  "Ctrl-C ends it, and what was on the stick is still whole.",
	  "Для двух серверов одной школы, между которыми нет связи: ПАПКА лежит на флешке, и всё, что туда "
	  "записано, зашифровано только для этих серверов. Люди при этом работают. Чего не хватает другому "
	  "серверу, известно из его собственной последней флешки, поэтому начинайте во втором здании; "
	  "`--all` записывает всё. Ctrl-C прерывает запись, а то, что было на флешке, остаётся целым."}},
	{NOTHING,
	 "carry import", {"FOLDER", "ПАПКА"}, 1, 1, command_carry_import, "key", "file",
	 {"take what the other building's box wrote", "принять то, что записал сервер другого здания"},
	 {"Everything is checked before anything is taken. Nothing arrives twice, whatever the order and "
	  "however often; what was cut off is simply done again.",
	  "Сначала всё проверяется и только потом принимается. Ничего не придёт дважды, в каком бы порядке и "
	  "сколько бы раз это ни делать; если прервалось, просто повторите."}},
	{NOTHING,
	 "carry second", NOTHING, 0, 0, command_carry_second, "yes", NULL,
	 {"make this copy the second building's box", "сделать эту копию сервером второго здания"},
	 {"Once, on a box that was restored from the school's copy while the first one lives on. People, "
	  "classes and rights are then changed in the first building; messages are written in both.",
	  "Один раз, на сервере, который восстановлен из копии школы, пока первый работает. После этого "
	  "людей, классы и права меняют в первом здании, а сообщения пишут в обоих."}},
	{NOTHING,
	 "carry key", NOTHING, 0, 0, command_carry_key, NULL, NULL,
	 {"print the key that carried data is sealed with", "напечатать ключ, которым закрыто переносимое"},
	 {"Boxes that were restored from one another's copy have the same key. Any other box of the school "
	  "gets it in a file, by `--key`. Keep it like a password.",
	  "У серверов, восстановленных из копий друг друга, ключ один. Любому другому серверу школы его "
	  "дают файлом, через `--key`. Храните его как пароль."}},

	{NOTHING,
	 "carry list", NOTHING, 0, 0, command_carry_list, NULL, NULL,
	 {"the other buildings' boxes", "серверы других зданий"},
	 {"Those whose stick was here: when, and how many events they lacked then, at most.",
	  "Те, чья флешка была здесь: когда, и скольких событий им тогда не хватало, самое большее."}},
	{NOTHING,
	 "carry forget", {"BOX", "СЕРВЕР"}, 1, 1, command_carry_forget, "yes", NULL,
	 {"forget a box whose building is gone", "забыть сервер здания, которого больше нет"},
	 {"BOX is the beginning of what `carry list` shows. Sticks then no longer bring what that box alone "
	  "lacks; nothing of the school is removed. Its next stick makes it known again. Say it in each "
	  "building that is left. The box where people and classes are changed is not forgotten: restore "
	  "its last copy.",
	  "СЕРВЕР: начало того, что показывает `carry list`. После этого флешки не везут того, чего не "
	  "хватает только ему; из школы ничего не удаляется. Его следующая флешка сделает его снова "
	  "известным. Скажите это в каждом оставшемся здании. Сервер, где меняют людей и классы, забыть "
	  "нельзя: восстановите его последнюю копию."}},

	{{"Cloud", "Облако"},
	 "cloud link", {"ADDRESS", "АДРЕС"}, 1, 1, command_cloud_link, "ca", NULL,
	 {"join the school to a cloud", "подключить школу к облаку"},
	 {"The address looks like https://cloud.example. The code, which who runs the cloud gives, is asked "
	  "for, or read from the standard input when that is no terminal; it works once. The key is made "
	  "here and never leaves this server. Nothing leaves the school until an administrator allows it, "
	  "kind by kind.",
	  "Адрес выглядит как https://cloud.example. Код, который даёт тот, кто обслуживает облако, будет "
	  "запрошен, а если ввод не с терминала, прочитан со стандартного ввода; он действует один раз. Ключ "
	  "создаётся здесь и не покидает сервер. Пока администратор не разрешит, вид за видом, из школы "
	  "ничего не уходит."}},
	{NOTHING,
	 "cloud status", NOTHING, 0, 0, command_cloud_status, NULL, NULL,
	 {"is the school in step with its cloud?", "на связи ли школа с облаком?"},
	 {"What waits and since when, what went wrong last in words, what is held back or in quarantine, bytes "
	  "sent and received since urokd started, and until when the certificate is valid.",
	  "Что ждёт отправки и с какого времени, что не так, словами, что не отдаётся и что в карантине, "
	  "сколько отправлено и получено с запуска urokd и до какого дня действует сертификат."}},
	{NOTHING,
	 "cloud unlink", NOTHING, 0, 0, command_cloud_unlink, "yes", NULL,
	 {"leave the cloud", "отключить школу от облака"},
	 {"Asks, with `--yes` without asking. The key is removed here, its certificate revoked there if the "
	  "cloud answers; the school's data stay where they are.",
	  "Спрашивает; с `--yes` не спрашивает. Ключ здесь удаляется, а его сертификат там отзывается, если "
	  "облако отвечает; данные школы остаются там, где они есть."}},

	{{"Certificate", "Сертификат"},
	 "tls status", NOTHING, 0, 0, command_tls_status, NULL, NULL,
	 {"which certificate is in use, and until when", "какой сертификат используется и до какого дня"},
	 {"And the fingerprint that people compare when they trust the box's own authority.",
	  "И отпечаток, который люди сверяют, когда доверяют собственному центру сертификации школы."}},
	{NOTHING,
	 "tls import", {"CERTIFICATES KEY", "СЕРТИФИКАТЫ КЛЮЧ"}, 2, 2, command_tls_import, NULL, "file",
	 {"use the school's own certificate", "использовать собственный сертификат школы"},
	 {"Two files in PEM: the server's certificate with those that signed it, and its key. What "
	  "browsers would refuse is refused. Needs root, as do the two below.",
	  "Два файла в формате PEM: сертификат сервера вместе с теми, которыми он подписан, и ключ. "
	  "Что не примут браузеры, не будет принято. Нужны права root, как и для двух следующих "
	  "команд."}},
	{NOTHING,
	 "tls own-ca", NOTHING, 0, 0, command_tls_own, NULL, NULL,
	 {"use the box's own authority again", "вернуться к собственному центру сертификации"},
	 {"Devices that trusted it still do.", "Устройства, которые ему доверяли, доверяют и теперь."}},
	{NOTHING,
	 "tls acme", {"NAME [EMAIL]", "ИМЯ [ПОЧТА]"}, 1, 2, command_tls_acme, NULL, NULL,
	 {"a public certificate, through certbot", "публичный сертификат через certbot"},
	 {"For a school whose public name leads to this machine on port 80. certbot gets the "
	  "certificate and renews it; its authority's terms are agreed to by this. Another authority "
	  "than Let's Encrypt: `server = URL` in /etc/letsencrypt/cli.ini.",
	  "Если публичное имя школы ведёт на этот компьютер, порт 80. certbot получает сертификат и "
	  "продлевает его; эта команда означает согласие с условиями центра сертификации. Другой центр "
	  "вместо Let's Encrypt: `server = URL` в /etc/letsencrypt/cli.ini."}},

	{{"This machine", "Этот компьютер"},
	 "doctor", NOTHING, 0, 0, command_doctor, NULL, NULL,
	 {"check everything that can be wrong", "проверить всё, что может быть не так"},
	 {"Looks at the configuration, units, sockets, owners of files, nginx and its ports, the "
	  "certificate, names, the clock, disks and memory, D-Bus, polkit, Avahi, codecs, and asks urokd "
	  "how it is. It works when urokd does not. Each fault says what to do. Status 1: there is a "
	  "fault; warnings alone are status 0. Run it as root.",
	  "Проверяет конфигурацию, службы, сокеты, права на файлы, nginx и его порты, сертификат, имена, "
	  "часы, диски и память, D-Bus, polkit, Avahi, кодеки и спрашивает urokd о его состоянии. "
	  "Работает и тогда, когда urokd не запущен. О каждой ошибке сказано, что делать. Код 1: есть "
	  "ошибка; если только предупреждения, код 0. Запускайте от root."}},
	{NOTHING,
	 "upgrade", {"[FILE]", "[ФАЙЛ]"}, 0, 1, command_upgrade, "back yes", "file",
	 {"install a newer release, or go back", "установить новую версию или вернуться к прежней"},
	 {"Installs a package that was brought without the Internet, if the signature beside it "
	  "(`FILE.minisig`) is of those who make Urok: their keys are in /usr/share/urok/keys and "
	  "/etc/urok/keys. People go on working meanwhile. `--back` brings the release before, and its "
	  "data if this one has rewritten them; it says what is lost and asks, with `--yes` without it. "
	  "Alone it says how things stand. Needs root.",
	  "Устанавливает пакет, принесённый без интернета, если подпись рядом с ним (`FILE.minisig`) "
	  "принадлежит тем, кто выпускает Urok: их ключи лежат в /usr/share/urok/keys и /etc/urok/keys. "
	  "Люди тем временем продолжают работать. `--back` возвращает прежнюю версию, а с ней и её данные, "
	  "если новая их переделала; сообщает, что пропадёт, и спрашивает, а с `--yes` не спрашивает. Без "
	  "аргументов показывает, как обстоят дела. Нужны права root."}},
	{NOTHING,
	 "logs", {"[UNIT|CAMERA]", "[СЛУЖБА|КАМЕРА]"}, 0, 1, command_logs, "follow lines", "camera unit",
	 {"the journal of Urok", "журнал системы об Urok"},
	 {"What journalctl shows of urokd, its workers and nginx, or of one unit or one camera's "
	  "broadcast.",
	  "То, что journalctl показывает об urokd, его рабочих процессах и nginx либо об одной службе "
	  "или трансляции одной камеры."}},
	{NOTHING,
	 "complete", {"KIND", "ВИД"}, 1, 1, command_complete, NULL, NULL, NOTHING, NOTHING},
	{NOTHING,
	 "reload", NOTHING, 0, 0, command_reload, NULL, NULL,
	 {"take the changed configuration", "применить изменённую конфигурацию"},
	 {"What `systemctl reload urokd` does. Keys that a running urokd cannot follow are named: "
	  "they wait for a restart. A configuration with a wrong line is refused (status 1) and the "
	  "old one goes on.",
	  "То же, что `systemctl reload urokd`. Если какой-то ключ нельзя сменить на ходу, он будет "
	  "назван: он ждёт перезапуска. Конфигурация с ошибкой не принимается (код 1), и действует "
	  "прежняя."}},
	{NOTHING,
	 "check-config", {"[FILE]", "[ФАЙЛ]"}, 0, 1, command_check_config, NULL, "file",
	 {"is the configuration right?", "верна ли конфигурация?"},
	 {"Reads /etc/urok/urok.conf, or another file, and what stands in conf.d beside it. Each "
	  "wrong line is named with what was expected there.",
	  "Читает /etc/urok/urok.conf или другой файл и то, что лежит рядом в conf.d. Для каждой "
	  "неверной строки сказано, что в ней ожидалось."}},
	{.name = NULL},
};

static bool is_in(const char *list, const char *name)
{
	g_auto(GStrv) parts = g_strsplit(list ? list : "", " ", -1);

	return g_strv_contains((const char *const *)parts, name);
}

bool table_is_common(const Option *option)
{
	return is_in("json socket help version", option->name);
}

bool table_takes(const Command *command, const Option *option)
{
	return table_is_common(option) || is_in(command->options, option->name);
}

/* The words of `name` at the front of `words`: how many, or 0. */
static guint match(const char *name, char **words)
{
	g_auto(GStrv) parts = g_strsplit(name, " ", -1);
	guint count = g_strv_length(parts);

	for (guint i = 0; i < count; i++)
		if (g_strcmp0(words[i], parts[i]) != 0)
			return 0;
	return count;
}

/* «clock confirm» goes before «clock». */
const Command *table_find(char **words, guint *ret_words)
{
	const Command *found = NULL;

	*ret_words = 0;
	for (const Command *row = TABLE_COMMANDS; words && words[0] && row->name; row++) {
		guint count = match(row->name, words);

		if (count > *ret_words) {
			*ret_words = count;
			found = row;
		}
	}
	return found;
}

const char *table_arguments(const Command *command)
{
	const char *arguments = phrase_of(&command->arguments);

	return arguments ? arguments : "";
}
