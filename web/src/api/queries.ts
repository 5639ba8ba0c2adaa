// SPDX-License-Identifier: LGPL-2.1-or-later
// What the pages read, under which key it is kept.
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { NoAnswer, request } from './request';
import type {
  Account, Backups, Broadcast, Camera, Card, Carry, CarryBox, Certificate, Chat, Child, ClassEnrolment, ClassRow, CloudChoice, CloudConflict, CloudLine,
  CloudQuarantine, CloudState, Complaint, ConsentKind,
  Consents, CorrectionRow, Items, KeptChat, LegalHold, Letters, Look, Me, Member, Message, MySchools, Neighbour, Opening,
  Paged, Person, PersonRow, Probe, Promotion, Retention, RetentionRun, Role, School, SchoolClass, SchoolEnrolment,
  SchoolYear, ServerState, Session, Space, SpaceLimitPreview, StandingNames, WhenFull,
} from './types';

/** The live stream keeps these fresh; a page that opens reads again only what is older than this. */
const FRESH_MS = 60_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: FRESH_MS,
      retry: (count, error) => error instanceof NoAnswer && count < 3,
    },
    mutations: { networkMode: 'always' },
  },
});

const get = <T>(path: string) => ({ signal }: { signal: AbortSignal }) => request<T>(`/api/v1${path}`, { signal });

export const schoolQuery = queryOptions({ queryKey: ['school'], queryFn: get<School>('/school') });
export const certificateQuery = queryOptions({
  queryKey: ['certificate'], queryFn: get<{ certificate: Certificate | null }>('/server/certificate'), staleTime: 0,
});
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: get<Me>('/me'), staleTime: Infinity });
/** `asking`: a code is shown, and somebody may be typing it now; no stream tells of another school. */
export const mySchoolsQuery = (asking = false) => queryOptions({
  queryKey: ['me', 'schools'], queryFn: get<MySchools>('/me/schools'), staleTime: 0, refetchInterval: asking ? 5_000 : false,
});
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'], queryFn: get<Items<Session>>('/sessions'), staleTime: 0,
});
export const chatsQuery = queryOptions({
  queryKey: ['chats'], queryFn: get<Items<Chat>>('/chats'), staleTime: Infinity,
});
export const membersQuery = (chat: string) => infiniteQueryOptions({
  queryKey: ['members', chat],
  queryFn: ({ pageParam, signal }) =>
    request<Paged<Member>>(`/api/v1/chats/${chat}/members?limit=100${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});
export const readersQuery = (chat: string, message: string) => queryOptions({
  queryKey: ['readers', chat, message],
  queryFn: get<{ items: Person[]; read_count: number; unread_count: number }>(`/chats/${chat}/messages/${message}/readers`),
  staleTime: 0,
});
export const correspondentsQuery = (search: string, wish: 'direct' | 'group') => queryOptions({
  queryKey: ['correspondents', wish, search],
  queryFn: get<{ items: Person[]; more: boolean }>(`/correspondents?for=${wish}${search ? `&search=${encodeURIComponent(search)}` : ''}`),
  staleTime: 0,
});
export const complaintsQuery = queryOptions({ queryKey: ['complaints'], queryFn: get<Items<Complaint>>('/complaints'), staleTime: 0 });
export const complaintMessagesQuery = (id: string) => queryOptions({
  queryKey: ['complaints', id, 'messages'], queryFn: get<{ items: Message[]; before_changes: string[] }>(`/complaints/${id}/messages`), staleTime: 0,
});
export const openingsQuery = (chat: string) => queryOptions({
  queryKey: ['openings', chat], queryFn: get<Items<Opening>>(`/chats/${chat}/openings`), staleTime: 0,
});
export const classesQuery = queryOptions({ queryKey: ['classes'], queryFn: get<Items<ClassRow>>('/classes') });
/** Of one school year; '': of the one that is lived in. */
export const classesOfQuery = (year: string) => queryOptions({
  queryKey: ['classes', year], queryFn: get<Items<ClassRow>>(year ? `/classes?year=${year}` : '/classes'),
});
export const yearsQuery = queryOptions({ queryKey: ['classes', 'years'], queryFn: get<Items<SchoolYear>>('/school-years') });
export const promotionQuery = (year: string) => queryOptions({
  queryKey: ['classes', 'promotion', year], queryFn: get<Promotion>(`/school-years/${year}/promotion`), staleTime: 0,
});
export const classQuery = (id: string) => queryOptions({
  queryKey: ['class', id], queryFn: get<SchoolClass>(`/classes/${id}`),
});
export const enrolmentQuery = (id: string) => queryOptions({
  queryKey: ['enrolment', id], queryFn: get<ClassEnrolment>(`/classes/${id}/enrolment`), staleTime: 0,
});
export const absentQuery = queryOptions({ queryKey: ['enrolment', 'school'], queryFn: get<SchoolEnrolment>('/enrolment'), staleTime: 0 });
export const namesQuery = (person: string) => queryOptions({
  queryKey: ['names', person], queryFn: get<StandingNames>(`/people/${person}/corrections`), staleTime: 0,
});
export const childrenQuery = queryOptions({ queryKey: ['children'], queryFn: get<Items<Child>>('/children') });
export type PeopleState = 'any' | 'blocked' | 'never-seen';
export const peopleQuery = (search: string, role: Role | '', state: PeopleState = 'any') => infiniteQueryOptions({
  queryKey: ['people', search, role, state],
  queryFn: ({ pageParam, signal }) => {
    const query = new URLSearchParams({ limit: '50' });
    if (search) query.set('search', search);
    if (role) query.set('role', role);
    if (state !== 'any') query.set('state', state);
    if (pageParam) query.set('cursor', pageParam);
    return request<Paged<PersonRow>>(`/api/v1/people?${query}`, { signal });
  },
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});
export const accountQuery = (id: string) => queryOptions({
  queryKey: ['account', id], queryFn: get<Account>(`/people/${id}/account`), staleTime: 0,
});
export const cardQuery = (id: string) => queryOptions({ queryKey: ['card', id], queryFn: get<Card>(`/people/${id}`) });
export const correctionsQuery = queryOptions({ queryKey: ['corrections'], queryFn: get<Items<CorrectionRow>>('/corrections') });
export const lettersQuery = (state: 'waiting' | 'undelivered') => infiniteQueryOptions({
  queryKey: ['letters', state],
  queryFn: ({ pageParam, signal }) =>
    request<Letters>(`/api/v1/letters?state=${state}${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  staleTime: 0,
  // No stream tells of them; while some wait, they are looked at again.
  refetchInterval: (query) => ((query.state.data?.pages[0]?.waiting ?? 0) > 0 ? 5_000 : false),
});
export const camerasQuery = queryOptions({ queryKey: ['cameras'], queryFn: get<Items<Camera>>('/cameras') });
export const cameraQuery = (id: string) => queryOptions({
  queryKey: ['camera', id], queryFn: get<Camera>(`/cameras/${id}`),
});
export const probeQuery = (id: string | null) => queryOptions({
  queryKey: ['probe', id],
  queryFn: get<Probe>(`/camera-probes/${id}`),
  enabled: id !== null,
  // The stream tells how a probe goes on; this asks again in case that was missed.
  refetchInterval: (query) => (query.state.data?.state === 'running' ? 2_000 : false),
});
export const broadcastsQuery = queryOptions({
  queryKey: ['broadcasts'], queryFn: get<{ now: Broadcast[]; past: Broadcast[] }>('/broadcasts'),
});
export const broadcastQuery = (id: string) => queryOptions({
  queryKey: ['broadcast', id], queryFn: get<Broadcast>(`/broadcasts/${id}`),
});
/** The stream tells that something began or is over; numbers that move are read again while somebody looks. */
export const serverQuery = queryOptions({
  queryKey: ['server'], queryFn: get<ServerState>('/server'), staleTime: 5_000, refetchInterval: 30_000,
});
export const spaceQuery = queryOptions({ queryKey: ['server', 'space'], queryFn: get<Space>('/server/space'), staleTime: 0 });
/** What would go at a limit that is not set yet. */
export const spaceLimitQuery = (kind: string, bytes: number, whenFull: WhenFull) => queryOptions({
  queryKey: ['server', 'space', kind, bytes, whenFull], queryFn: get<SpaceLimitPreview>(`/server/space/${kind}/limit/preview?most_bytes=${bytes}&when_full=${whenFull}`), staleTime: 0,
});
/** The stream tells that a run began or is over; how far it is, is looked at while it lasts. */
export const backupsQuery = queryOptions({
  queryKey: ['backups'], queryFn: get<Backups>('/backups'), staleTime: 0,
  refetchInterval: (query) => (query.state.data?.running ? 1_000 : false),
});
export const carryQuery = queryOptions({
  queryKey: ['carry', 'journeys'], queryFn: get<Carry>('/carry'), staleTime: 0,
  refetchInterval: ({ state: { data } }) => ([data?.export, data?.import].some((one) => one?.state === 'running') ? 1_000 : false),
});
export const carryBoxesQuery = queryOptions({ queryKey: ['carry', 'boxes'], queryFn: get<Items<CarryBox>>('/carry/boxes'), staleTime: 0 });
/** Of everybody's frame; the stream tells when the line comes and goes. */
export const cloudLineQuery = queryOptions({ queryKey: ['cloud', 'line'], queryFn: get<CloudLine>('/cloud/line') });
/** The stream tells of the line; numbers that move are read again while somebody looks. */
export const cloudQuery = queryOptions({
  queryKey: ['cloud', 'state'], queryFn: get<CloudState>('/cloud'), staleTime: 0,
  refetchInterval: ({ state: { data } }) => (data === undefined || data.state === 'none' ? false : data.state === 'linking' ? 1_000 : 15_000),
});
export const cloudChoicesQuery = queryOptions({ queryKey: ['cloud', 'choices'], queryFn: get<{ choices: CloudChoice[] }>('/cloud/choices'), staleTime: 0 });
export const cloudQuarantineQuery = queryOptions({ queryKey: ['cloud', 'quarantine'], queryFn: get<{ events: CloudQuarantine[] }>('/cloud/quarantine'), staleTime: 0 });
export const cloudConflictsQuery = queryOptions({ queryKey: ['cloud', 'conflicts'], queryFn: get<{ conflicts: CloudConflict[] }>('/cloud/conflicts'), staleTime: 0 });
/** For the mark in the menu: what is known, without asking again and again. */
export const serverLevelQuery = queryOptions({ queryKey: ['server'], queryFn: get<ServerState>('/server') });
export const neighboursQuery = queryOptions({
  queryKey: ['neighbours'], queryFn: get<Items<Neighbour>>('/server/neighbours'), staleTime: 5_000,
});
export const consentKindsQuery = queryOptions({ queryKey: ['consent-kinds'], queryFn: get<Items<ConsentKind>>('/consent-kinds'), staleTime: 0 });
export const retentionQuery = queryOptions({
  queryKey: ['retention'], queryFn: get<{ items: Retention[]; last_run: RetentionRun | null }>('/retention'), staleTime: 0,
});
export const legalHoldsQuery = queryOptions({ queryKey: ['legal-holds'], queryFn: get<Items<LegalHold>>('/legal-holds'), staleTime: 0 });
export const chatsToHoldQuery = queryOptions({ queryKey: ['legal-holds', 'chats'], queryFn: get<Items<KeptChat>>('/legal-holds/chats'), staleTime: 0 });
export const consentsQuery = (person: string) => queryOptions({
  queryKey: ['consents', person], queryFn: get<Consents>(`/people/${person}/consents`), staleTime: 0,
});
export const looksQuery = (person: string) => infiniteQueryOptions({
  queryKey: ['looks', person],
  queryFn: ({ pageParam, signal }) =>
    request<Paged<Look>>(`/api/v1/people/${person}/looks?limit=20${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  staleTime: 0,
});
