/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two buildings and sticks between them, by chance: parcels arrive in any order, twice, cut short, after
 * newer ones; boxes are started again and come back from older copies. Then a line is there, and
 * all ends hold the same. */
#include "world.h"

#include <string.h>

enum { DAYS = 3, STEPS = 60 };

typedef struct {
	int from;
	json_t *greeting;
	GPtrArray *frames; /* of json_t */
} Stick;

static void stick_free(void *data)
{
	Stick *self = data;

	json_decref(self->greeting);
	g_ptr_array_unref(self->frames);
	g_free(self);
}

/* What the other building said last, as far as it arrived. */
typedef struct {
	World *world;
	GPtrArray *sticks;
	json_t *heard[2];
	unsigned taken, refused;
	bool restored;
} Road;

static void road_clear(Road *self)
{
	g_ptr_array_unref(self->sticks);
	json_decref(self->heard[0]);
	json_decref(self->heard[1]);
	world_free(self->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Road, road_clear)

/* As carry/ has it: does the other building know of the school's last restore? */
static bool is_known(const Road *self)
{
	const Events *events = self->world->ends[SCHOOL].rooms->events;
	const char *heard =
	        json_string_value(json_object_get(self->heard[SCHOOL], "heard"));

	return !self->restored || g_strcmp0(heard, events_epoch(events)->text) == 0;
}

static void pack(Road *self, int from)
{
	Sync *sync = self->world->ends[from].sync;
	g_autoptr(json_t) nothing = json_array();
	json_t *chains = self->heard[from] ? json_object_get(self->heard[from], "chains") : nothing;
	g_autoptr(json_t) other = parcel_unknown(sync, chains);
	g_autoptr(Parcel) parcel = parcel_new(sync, other, NULL);
	json_t *frame;
	Stick *stick;

	g_assert_nonnull(parcel);
	if (from == SCHOOL && !is_known(self))
		parcel_withhold_own(parcel);
	stick = g_new0(Stick, 1);
	stick->from = from;
	stick->greeting = parcel_greet(sync);
	if (self->heard[from])
		json_object_set(stick->greeting, "heard", json_object_get(self->heard[from], "epoch"));
	stick->frames = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	while ((frame = parcel_next(parcel)))
		g_ptr_array_add(stick->frames, frame);
	g_ptr_array_add(self->sticks, stick);
}

static void take(Road *self, const Stick *stick, guint most)
{
	int to = stick->from == SCHOOL ? BUILDING : SCHOOL;
	g_autoptr(Parcel) parcel = parcel_new(self->world->ends[to].sync, stick->greeting, NULL);
	bool healed;

	for (guint i = 0; parcel && i < MIN(most, stick->frames->len); i++) {
		g_autoptr(json_t) frame = json_deep_copy(stick->frames->pdata[i]);
		uint64_t events;

		if (!parcel_take(parcel, frame, &events, NULL)) {
			self->refused++;
			return;
		}
		self->taken += (unsigned)events;
	}
	if (!parcel || most < stick->frames->len || !parcel_end(parcel, &healed, NULL))
		return;
	if (self->heard[to] && json_integer_value(json_object_get(self->heard[to], "clock")) >
	                               json_integer_value(json_object_get(stick->greeting, "clock")))
		return;
	json_decref(self->heard[to]);
	self->heard[to] = json_incref(stick->greeting);
}

static void talk(Road *self)
{
	World *world = self->world;
	int end = world_roll(world, 2) ? SCHOOL : BUILDING;
	const Id *author = &g_array_index(world->people, Id, (guint)world_roll(world, 2));
	const Id *chat = &g_array_index(world->chats, Id, (guint)world_roll(world, 2));

	if (end == SCHOOL || self->heard[BUILDING])
		world_say(world, end, author, chat, "слово");
}

static void step(Road *self)
{
	World *world = self->world;
	const Stick *stick = self->sticks->len > 0
	                             ? self->sticks->pdata[world_roll(world, (int)self->sticks->len)]
	                             : NULL;

	world_pass(world, 1000);
	switch (world_roll(world, 12)) {
	case 0:
	case 1:
		pack(self, SCHOOL);
		break;
	case 2:
	case 3:
		pack(self, BUILDING);
		break;
	case 4:
	case 5:
	case 6:
		if (stick)
			take(self, stick, G_MAXUINT);
		break;
	case 7:
		if (stick)
			take(self, stick, (guint)world_roll(world, 4));
		break;
	case 8:
		world_restart(world, world_roll(world, 2) ? SCHOOL : BUILDING);
		break;
	default:
		talk(self);
	}
}

/* As urok-backup does it: what is written from then on is another chain. */
static void restore(Road *self)
{
	End *school = &self->world->ends[SCHOOL];
	g_autoptr(GPtrArray) chains = NULL;
	GError *error = NULL;

	world_restore(self->world, SCHOOL);
	chains = events_chains(school->rooms->events, NULL);
	for (guint i = 0; i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];

		if (chain->ours)
			events_new_epoch(school->rooms->events, chain->up_to, &error);
	}
	g_assert_no_error(error);
	self->restored = true;
}

static void play(guint32 seed, bool restores)
{
	g_auto(Road) road = {.world = world_new(seed, 2, false),
	                     .sticks = g_ptr_array_new_with_free_func(stick_free)};

	g_test_message("seed %u", seed);
	pack(&road, SCHOOL);
	take(&road, road.sticks->pdata[0], G_MAXUINT);
	g_assert_cmpuint(road.taken, >, 0);
	for (int i = 0; i < STEPS; i++) {
		if (restores && i == STEPS / 3)
			world_copy(road.world, SCHOOL);
		if (restores && i == STEPS * 2 / 3)
			restore(&road);
		step(&road);
	}
	world_settle(road.world);
	world_check(road.world);
}

static void test_order(void)
{
	for (guint32 seed = 1; seed <= DAYS; seed++)
		play(seed, false);
}

static void test_restored(void)
{
	for (guint32 seed = 101; seed < 101 + DAYS; seed++)
		play(seed, true);
}

/* Without any line both hold the same after one way there and one back. */
static void test_there_and_back(void)
{
	g_auto(Road) road = {.world = world_new(7, 2, false),
	                     .sticks = g_ptr_array_new_with_free_func(stick_free)};
	World *world = road.world;
	g_autofree char *here = NULL;
	g_autofree char *there = NULL;

	pack(&road, SCHOOL);
	take(&road, road.sticks->pdata[0], G_MAXUINT);
	for (int i = 0; i < 20; i++)
		talk(&road);
	pack(&road, BUILDING);
	take(&road, road.sticks->pdata[1], G_MAXUINT);
	pack(&road, SCHOOL);
	take(&road, road.sticks->pdata[2], G_MAXUINT);
	here = rooms_dump(world->ends[SCHOOL].rooms, "projection");
	there = rooms_dump(world->ends[BUILDING].rooms, "projection");
	g_assert_cmpstr(here, ==, there);
	g_assert_cmpuint(road.refused, ==, 0);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	g_test_add_func("/sync/parcels/there-and-back", test_there_and_back);
	g_test_add_func("/sync/parcels/order", test_order);
	g_test_add_func("/sync/parcels/restored", test_restored);
	return g_test_run();
}
