# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mail server for tests: aiosmtpd, with TLS, a login, and addresses that it does not know (nobody@), or not at the
before it is told a line (busy@), or whose letters it refuses (spam@), or takes only when it is told a line (slow@). Says one line of
JSON for each letter, as Python's own reader of e-mail understands it."""
import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

warnings.filterwarnings('ignore')


def say(**words):
    print(json.dumps(words), flush=True)


class Box:
    seen = set()

    def __init__(self, words):
        self.words = words

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('busy@') and address not in self.seen:
            if self.words.empty():
                say(put_off=address)
                return '450 Not now'
            self.seen.add(address)
            self.words.get_nowait()
        if address.startswith('nobody@'):
            return '550 No such mailbox'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith('stranger@'):
            return '553 Not from here'
        envelope.mail_from = address
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.content
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        body = letter.get_body(('plain',))
        say(letter=True, sender=envelope.mail_from, to=envelope.rcpt_tos, encrypted=server.transport.get_extra_info('ssl_object') is not None,
            subject=letter['Subject'], from_name=letter['From'].addresses[0].display_name,
            from_address=letter['From'].addresses[0].addr_spec, type=body.get_content_type(),
            text=body.get_content(), id=letter['Message-ID'], date=str(letter['Date'].datetime),
            defects=[str(d) for d in letter.defects + body.defects], is_ascii=raw.isascii(),
            longest=max(len(line) for line in raw.split(b'\r\n')))
        if envelope.rcpt_tos[0].startswith('spam@'):
            return '554 Looks like spam'
        if envelope.rcpt_tos[0].startswith('slow@'):
            await self.words.get()
        return '250 Taken'


def hear(loop, words):
    """All lines that have come: nothing tells of those that a reader of lines keeps for later."""
    said = os.read(0, 4096)
    for _ in range(said.count(b'\n')):
        words.put_nowait(True)
    if not said:
        loop.remove_reader(0)


def main():
    parser = argparse.ArgumentParser()
    for name in ('--cert', '--key', '--login', '--password'):
        parser.add_argument(name)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--mode', choices=('starttls', 'tls', 'clear'), default='starttls')
    options = parser.parse_args()

    def check(server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == (options.login, options.password)
        say(tried=mechanism)
        return AuthResult(success=good, handled=False if not good else True)

    context = None
    if options.mode != 'clear':
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.cert, options.key)

    def factory():
        return SMTP(Box(words), hostname='mail.test', tls_context=context if options.mode == 'starttls' else None,
                    require_starttls=options.mode == 'starttls', authenticator=check if options.login else None,
                    auth_required=bool(options.login), auth_require_tls=options.mode == 'starttls', loop=loop)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    words = asyncio.Queue()
    loop.add_reader(0, hear, loop, words)
    server = loop.run_until_complete(loop.create_server(
        factory, '127.0.0.1', options.port, ssl=context if options.mode == 'tls' else None))
    print('listening', server.sockets[0].getsockname()[1], flush=True)
    loop.add_signal_handler(15, loop.stop)
    loop.run_forever()
    sys.exit(0)


main()
