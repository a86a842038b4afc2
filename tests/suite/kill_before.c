/* Ends a process as kill -9 does, just before a chosen one of the calls that change its files: the n-th KILL_CALL (write,
   fsync, rename, link, mkdir or unlink; any of them where it is empty) on a path that holds KILL_PATH, n = KILL_NTH; just
   after it where KILL_AFTER is set. Preloaded by the tests of what a killed study leaves behind, so that the moments between
   two calls, microseconds long, are met every time. Every call is told to the file KILL_LOG, where that is named. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

/* Whether the process ends after this call. */
static int reach(const char *call, const char *path) {
    static int reached;
    const char *log = getenv("KILL_LOG"), *wanted = getenv("KILL_CALL");
    if (log) {
        char line[4300];
        int length = snprintf(line, sizeof line, "%s %s\n", call, path);
        int file = open(log, O_WRONLY | O_APPEND | O_CREAT, 0600);
        syscall(SYS_write, file, line, (size_t)length);
        close(file);
    }
    if (!wanted || (*wanted && strcmp(wanted, call)) || !strstr(path, getenv("KILL_PATH"))) return 0;
    /* No other thread makes a further such call between the count and the end. */
    pthread_mutex_lock(&counting);
    if (++reached == atoi(getenv("KILL_NTH"))) {
        if (getenv("KILL_AFTER")) return 1;
        kill(getpid(), SIGKILL);
    }
    pthread_mutex_unlock(&counting);
    return 0;
}

static long leave(int ends, long result) {
    if (ends) kill(getpid(), SIGKILL);
    return result;
}

/* The path of an open file, with the name of an entry of it where one is given. */
static const char *path_of(int file, const char *entry, char path[4200]) {
    if (entry && (file == AT_FDCWD || *entry == '/')) return entry;
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, 3900);
    if (length < 0) length = 0;
    snprintf(path + length, (size_t)(4200 - length), "%s%s", entry ? "/" : "", entry ? entry : "");
    return path;
}

ssize_t write(int file, const void *bytes, size_t length) {
    char path[4200];
    int ends = reach("write", path_of(file, NULL, path));
    return leave(ends, syscall(SYS_write, file, bytes, length));
}

int fsync(int file) {
    char path[4200];
    int ends = reach("fsync", path_of(file, NULL, path));
    return (int)leave(ends, syscall(SYS_fsync, file));
}

int rename(const char *from, const char *to) {
    int ends = reach("rename", from);
    return (int)leave(ends, ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to));
}

int linkat(int one, const char *from, int other, const char *to, int flags) {
    char path[4200];
    int ends = reach("link", path_of(other, to, path));
    return (int)leave(ends, syscall(SYS_linkat, one, from, other, to, flags));
}

int mkdir(const char *path, mode_t mode) {
    int ends = reach("mkdir", path);
    return (int)leave(ends, syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int unlinkat(int folder, const char *name, int flags) {
    char path[4200];
    int ends = reach("unlink", path_of(folder, name, path));
    return (int)leave(ends, syscall(SYS_unlinkat, folder, name, flags));
}

int unlink(const char *path) {
    int ends = reach("unlink", path);
    return (int)leave(ends, syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int rmdir(const char *path) {
    int ends = reach("unlink", path);
    return (int)leave(ends, syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
