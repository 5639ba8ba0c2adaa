// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows and buttons that go somewhere inside the app.
import { Button, type ButtonProps, RichCell, type RichCellProps, SimpleCell, type SimpleCellProps } from '@vkontakte/vkui';
import { Link } from 'wouter';

type To = { to: string };

export const LinkCell = ({ to, ...props }: SimpleCellProps & To) => (
  <SimpleCell {...props} Component={Link} {...({ to } as object)} />
);

export const LinkRichCell = ({ to, ...props }: RichCellProps & To) => (
  <RichCell {...props} Component={Link} {...({ to } as object)} />
);

export const LinkButton = ({ to, ...props }: ButtonProps & To) => (
  <Button {...props} Component={Link} {...({ to } as object)} />
);
