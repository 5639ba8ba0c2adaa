// SPDX-License-Identifier: LGPL-2.1-or-later
// A name that leads to the person's page; the rest of its row may hold buttons of its own.
import { Link } from 'wouter';
import type { Person } from '../api/types';

export const PersonLink = ({ person }: { person: Person }) => <Link to={`/people/${person.id}`} className="person-link">{person.display_name}</Link>;
