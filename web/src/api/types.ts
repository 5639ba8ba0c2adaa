// SPDX-License-Identifier: LGPL-2.1-or-later
// Short names for the contract's shapes.
import type { components } from '../generated/api';

type Shapes = components['schemas'];

export type Account = Shapes['Account'];
export type Audience = Shapes['Audience'];
export type Broadcast = Shapes['Broadcast'];
export type BroadcastState = Shapes['BroadcastState'];
export type Camera = Shapes['Camera'];
export type CameraState = Shapes['CameraState'];
export type Card = Shapes['Card'];
export type Certificate = Shapes['Certificate'];
export type Chat = Shapes['Chat'];
export type ChatKind = Shapes['ChatKind'];
export type Child = Shapes['Child'];
export type ClassRow = Shapes['ClassRow'];
export type ClassPupil = Shapes['ClassPupil'];
export type Correction = Shapes['Correction'];
export type CorrectionRow = Shapes['CorrectionRow'];
export type Found = Shapes['Found'];
export type HealthItem = Shapes['HealthItem'];
export type HealthLevel = Shapes['HealthLevel'];
export type Language = Shapes['Language'];
export type MailOutcome = Shapes['MailOutcome'];
export type MailReason = Shapes['MailReason'];
export type Me = Shapes['Me'];
export type MeChange = Shapes['MeChange'];
export type Member = Shapes['Member'];
export type MemberAs = Shapes['MemberAs'];
export type Message = Shapes['Message'];
export type Neighbour = Shapes['Neighbour'];
export type NewPerson = Shapes['NewPerson'];
export type Person = Shapes['Person'];
export type PersonRow = Shapes['PersonRow'];
export type Probe = Shapes['Probe'];
export type Quote = Shapes['Quote'];
export type Reason = Shapes['Reason'];
export type Role = Shapes['Role'];
export type School = Shapes['School'];
export type SchoolClass = Shapes['Class'];
export type SchoolYear = Shapes['SchoolYear'];
export type ServerState = Shapes['ServerState'];
export type Session = Shapes['Session'];
export type ShownTo = Shapes['ShownTo'];
export type SignInCode = Shapes['SignInCode'];
export type Teacher = Shapes['Teacher'];
export type Theme = Shapes['Theme'];
export type LiveMessage = Shapes['LiveMessage'];
export type LiveChat = Shapes['LiveChat'];
export type LiveClass = Shapes['LiveClass'];
export type LiveBroadcast = Shapes['LiveBroadcast'];
export type LiveRead = Shapes['LiveRead'];
export type LiveViewers = Shapes['LiveViewers'];
export type LiveCameraState = Shapes['LiveCameraState'];

export type Items<T> = { items: T[] };
export type Paged<T> = { items: T[]; next_cursor: string | null };
