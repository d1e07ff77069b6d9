/* The least that a container can cost on this kernel, for scripts/bench: clone(2) with the namespaces, a tmpfs, an overlay
 * and /proc in it, pivot_root(2), execve(2), wait. No protection, no /dev, no /sys, no second program to load.
 *
 *   floor IMAGE COMMAND…                   runs a command so
 *   floor --limits DIR:FILE=VALUE… -- IMAGE COMMAND…    the same in cgroups made below these directories (version 1)
 *   floor --peak COMMAND…                  runs a command as it is, and prints the peak memory of its largest process
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE "/media"
#define MUST(call) do { if ((call) < 0) { perror(#call); _exit(1); } } while (0)

static char **command;
static char options[8192];
static char cgroups[16][512];
static int count;

static void write_file(const char *directory, const char *file, const char *text) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", directory, file);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  MUST(fd);
  MUST(write(fd, text, strlen(text)));
  close(fd);
}

static int child(void *unused) {
  for (int n = 0; n < count; n++) write_file(cgroups[n], "tasks", "0");
  if (count) MUST(unshare(CLONE_NEWCGROUP));
  MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  MUST(mount("tmpfs", PLACE, "tmpfs", 0, "mode=755"));
  MUST(mkdir(PLACE "/upper", 0755));
  MUST(mkdir(PLACE "/work", 0755));
  MUST(mkdir(PLACE "/root", 0755));
  MUST(mount("overlay", PLACE "/root", "overlay", 0, options));
  mkdir(PLACE "/root/proc", 0755);
  MUST(mount("proc", PLACE "/root/proc", "proc", 0, NULL));
  MUST(chdir(PLACE "/root"));
  MUST(syscall(SYS_pivot_root, ".", "."));
  MUST(umount2(".", MNT_DETACH));
  MUST(chdir("/"));
  execv(command[0], command);
  perror(command[0]);
  _exit(127);
}

static int code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

static int peak(char **words) {
  pid_t pid = vfork();
  if (pid == 0) {
    execvp(words[0], words);
    _exit(127);
  }
  int status;
  struct rusage used;
  MUST(wait4(pid, &status, 0, &used));
  fprintf(stderr, "%ld\n", used.ru_maxrss);
  return code(status);
}

int main(int argc, char **argv) {
  static char stack[65536] __attribute__((aligned(16)));
  int at = 1;
  if (argc > 2 && strcmp(argv[1], "--peak") == 0) return peak(argv + 2);
  if (argc > 1 && strcmp(argv[1], "--limits") == 0) {
    for (at = 2; at < argc && strcmp(argv[at], "--") != 0; at++) {
      char *file = strrchr(argv[at], ':'), *value = file ? strchr(file, '=') : NULL;
      if (!value) return 2;
      *file++ = *value++ = 0;
      snprintf(cgroups[count], sizeof *cgroups, "%s/floor-%d", argv[at], getpid());
      MUST(mkdir(cgroups[count], 0755));
      write_file(cgroups[count++], file, value);
    }
    at++;
  }
  if (argc < at + 2) return 2;
  char image[4096];
  if (!realpath(argv[at], image)) return 2;
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=" PLACE "/upper,workdir=" PLACE "/work", image);
  command = argv + at + 1;
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | (count ? 0 : CLONE_NEWCGROUP);
  pid_t pid = clone(child, stack + sizeof stack, flags | SIGCHLD, NULL);
  MUST(pid);
  int status;
  MUST(waitpid(pid, &status, 0));
  for (int n = 0; n < count; n++) rmdir(cgroups[n]);
  return code(status);
}
