/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tells ThreadSanitizer of GLib's locks, which are futexes that it does not see: preloaded, it
 * calls the real function and says what that orders. */
#include <dlfcn.h>
#include <gio/gio.h>

#define SEEN __attribute__((visibility("default")))
#define REAL(name)                                                                                 \
	static __typeof__(name) *real;                                                             \
	if (!real)                                                                                 \
		real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SEEN void g_mutex_lock(GMutex *mutex)
{
	REAL(g_mutex_lock);
	real(mutex);
	__tsan_acquire(mutex);
}

SEEN void g_mutex_unlock(GMutex *mutex)
{
	REAL(g_mutex_unlock);
	__tsan_release(mutex);
	real(mutex);
}

SEEN void g_cond_wait(GCond *changed, GMutex *mutex)
{
	REAL(g_cond_wait);
	__tsan_release(mutex);
	real(changed, mutex);
	__tsan_acquire(mutex);
}

/* --- A task goes to a thread and comes back as a value --- */

static GQuark function_quark(void)
{
	return g_quark_from_static_string("urok-thread-function");
}

static void run(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
	GTaskThreadFunc function = g_object_get_qdata(G_OBJECT(task), function_quark());

	__tsan_acquire(task);
	function(task, source, data, cancellable);
}

SEEN void g_task_run_in_thread(GTask *task, GTaskThreadFunc function)
{
	REAL(g_task_run_in_thread);
	g_object_set_qdata(G_OBJECT(task), function_quark(), function);
	__tsan_release(task);
	real(task, run);
}

SEEN void g_task_return_boolean(GTask *task, gboolean result)
{
	REAL(g_task_return_boolean);
	__tsan_release(task);
	real(task, result);
}

SEEN gpointer g_task_get_task_data(GTask *task)
{
	REAL(g_task_get_task_data);
	__tsan_acquire(task);
	return real(task);
}
