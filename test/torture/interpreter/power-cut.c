/* A battery for the interpreter's Linux build: loaded with LD_PRELOAD, it counts the writes to the file that stands for
 * flash, tears one of them, and kills the process in it. It also makes idle time pass faster, and has it listen on a
 * loopback address of its own, so that any number of handhelds share one port.
 *
 * The build opens `espruino.flash` for each read and write, and writes a whole range with one fwrite: a program (only
 * 1 to 0) or an erased page (all 0xFF). Here the file stays open and is read from memory: a start reads thousands of
 * times. Every write goes to the file at once. Environment:
 *   POWER_CUT_LOG     a file that gets a line for each write: its number, offset, length, and how many bits it changes
 *   POWER_CUT_AT      number of the write, from 1, in which the power fails; 0 or unset: never
 *   POWER_CUT_SHAPES  which bits of that write still change, several with commas between them:
 *                       nothing, all, first:N and last:N (bytes), mask:XX (only bits that are 0 in each byte XX),
 *                       bit:N (only the N-th bit that changes), but-bit:N (all but the N-th)
 *                     The n-th shape's flash, from 0, is left in `espruino.flash.n`; that of the first one in
 *                     `espruino.flash`, too. A bit that does not change keeps what was there.
 *   POWER_CUT_MEMORY  a file that gets the process's memory as it was in the cut: what stood on the display is in it
 *   POWER_CUT_SPEED   how many times faster the clock runs while the interpreter has nothing to do; 1 when unset
 *   POWER_CUT_ADDRESS the IPv4 address to listen on; any when unset
 *   POWER_CUT_CLOCK   what the clock says at the start, seconds since 1970; the computer's time when unset */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define FLASH_FILE "espruino.flash"
/* Longest sleep of the interpreter's idle loop: it looks at its sockets only in between. */
#define NAP_US 500
/* Larger areas of memory are stacks of threads. */
#define AREA_MAX (4l << 20)

static FILE *(*real_fopen)(const char *, const char *);
static int (*real_fclose)(FILE *);
static int (*real_fseek)(FILE *, long, int);
static long (*real_ftell)(FILE *);
static size_t (*real_fread)(void *, size_t, size_t, FILE *);
static size_t (*real_fwrite)(const void *, size_t, size_t, FILE *);
static int (*real_gettimeofday)(struct timeval *, void *);
static int (*real_bind)(int, const struct sockaddr *, socklen_t);
static int (*real_select)(int, fd_set *, fd_set *, fd_set *, struct timeval *);

static FILE *flash;
static unsigned char *image; /* what the flash holds */
static long image_size;
static long position;
static long writes;
static long cut_at;
static char *shapes;
static const char *memory_path;
static int log_file = -1;
static long long speed = 1;
static long long start_us;
static long long clock_us;
/* What the clock has gained in idle time. */
static long long gained_us;

static long long now_us(void) {
  struct timeval now;
  real_gettimeofday(&now, NULL);
  return now.tv_sec * 1000000LL + now.tv_usec;
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("POWER_CUT_AT"), *list = getenv("POWER_CUT_SHAPES");
  const char *log = getenv("POWER_CUT_LOG"), *fast = getenv("POWER_CUT_SPEED");
  const char *clock = getenv("POWER_CUT_CLOCK");
  *(void **)&real_fopen = dlsym(RTLD_NEXT, "fopen");
  *(void **)&real_fclose = dlsym(RTLD_NEXT, "fclose");
  *(void **)&real_fseek = dlsym(RTLD_NEXT, "fseek");
  *(void **)&real_ftell = dlsym(RTLD_NEXT, "ftell");
  *(void **)&real_fread = dlsym(RTLD_NEXT, "fread");
  *(void **)&real_fwrite = dlsym(RTLD_NEXT, "fwrite");
  *(void **)&real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
  *(void **)&real_bind = dlsym(RTLD_NEXT, "bind");
  *(void **)&real_select = dlsym(RTLD_NEXT, "select");
  if (at) cut_at = atol(at);
  shapes = strdup(list ? list : "nothing");
  if (log) log_file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fast && atol(fast) > 0) speed = atol(fast);
  memory_path = getenv("POWER_CUT_MEMORY");
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is ended leaves no interpreter behind */
  start_us = now_us();
  clock_us = clock ? atoll(clock) * 1000000 : start_us;
}

/* What cannot be written or read here would make the sweep say what is not so. */
static void must(int holds) {
  if (!holds) abort();
}

/* The number behind a shape's colon, or -1 when the shape is another one. */
static long number_of(const char *shape, const char *name, int base) {
  size_t length = strlen(name);
  return strncmp(shape, name, length) == 0 ? strtol(shape + length, NULL, base) : -1;
}

static long changing_bits(const unsigned char *old, const unsigned char *wanted, size_t length) {
  long bits = 0;
  for (size_t i = 0; i < length; i++) bits += __builtin_popcount(old[i] ^ wanted[i]);
  return bits;
}

/* Puts into `left` what a torn write of `wanted` over `old` leaves. */
static void tear(const char *shape, unsigned char *left, const unsigned char *old, const unsigned char *wanted,
                 size_t length) {
  long first = number_of(shape, "first:", 10), last = number_of(shape, "last:", 10);
  long mask = number_of(shape, "mask:", 16);
  long bit = number_of(shape, "bit:", 10), but_bit = number_of(shape, "but-bit:", 10);
  long bits = changing_bits(old, wanted, length), seen = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char keep = 0; /* bits that stay as they were */
    if (strcmp(shape, "nothing") == 0) keep = 0xff;
    if (first >= 0 && (long)i >= first) keep = 0xff;
    if (last >= 0 && (long)(length - i) > last) keep = 0xff;
    if (mask >= 0) keep = (unsigned char)mask;
    for (int b = 0; b < 8 && (bit >= 0 || but_bit >= 0); b++) {
      if (((old[i] ^ wanted[i]) >> b & 1) == 0) continue;
      int is_the_one = seen++ == (bit >= 0 ? bit : but_bit) % bits;
      if (is_the_one == (but_bit >= 0)) keep |= (unsigned char)(1 << b);
    }
    left[i] = (unsigned char)((old[i] & keep) | (wanted[i] & ~keep));
  }
}

/* Leaves a copy of the flash for each shape, and the first one in the flash itself. */
static void leave_flash(const unsigned char *wanted, size_t length) {
  unsigned char *old = malloc(length);
  must(old != NULL);
  memcpy(old, image + position, length);
  int count = 0;
  for (char *shape = strtok(shapes, ","); shape; shape = strtok(NULL, ","), count++) {
    char name[64];
    snprintf(name, sizeof name, FLASH_FILE ".%d", count);
    tear(shape, image + position, old, wanted, length);
    int copy = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    must(copy >= 0 && write(copy, image, (size_t)image_size) == image_size && close(copy) == 0);
    if (count == 0) must(pwrite(fileno(flash), image + position, length, position) == (ssize_t)length);
  }
}

static void leave_memory(void) {
  int out = open(memory_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  FILE *maps = real_fopen("/proc/self/maps", "r");
  char line[512];
  must(out >= 0 && maps != NULL);
  while (fgets(line, sizeof line, maps)) {
    unsigned long begin, end;
    char rights[8], path[256] = "";
    if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &begin, &end, rights, path) < 3) continue;
    if (strcmp(rights, "rw-p") != 0 || (path[0] && strcmp(path, "[heap]") != 0)) continue;
    if (end - begin <= AREA_MAX || path[0]) must(write(out, (void *)begin, end - begin) == (ssize_t)(end - begin));
  }
}

/* One write of flash: counted, told of, and at the cut torn; then the process is gone. */
static void flash_write(const unsigned char *wanted, size_t length) {
  char line[96];
  must(position >= 0 && position + (long)length <= image_size);
  writes++;
  long bits = changing_bits(image + position, wanted, length);
  int end = snprintf(line, sizeof line, "%ld %ld %zu %ld\n", writes, position, length, bits);
  if (log_file >= 0) must(write(log_file, line, (size_t)end) == end);
  if (writes == cut_at) {
    leave_flash(wanted, length);
    if (memory_path) leave_memory();
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  memcpy(image + position, wanted, length);
  must(pwrite(fileno(flash), wanted, length, position) == (ssize_t)length);
  position += (long)length;
}

static void open_flash(const char *path, const char *mode) {
  struct stat facts;
  flash = real_fopen(path, mode);
  if (!flash) return;
  must(fstat(fileno(flash), &facts) == 0);
  image_size = (long)facts.st_size;
  image = malloc((size_t)image_size);
  must(image && pread(fileno(flash), image, (size_t)image_size, 0) == image_size);
}

FILE *fopen(const char *path, const char *mode) {
  const char *name = strrchr(path, '/');
  if (strcmp(name ? name + 1 : path, FLASH_FILE) != 0 || strcmp(mode, "r+b") != 0) return real_fopen(path, mode);
  if (!flash) open_flash(path, mode);
  return flash;
}

int fclose(FILE *file) { return file == flash ? 0 : real_fclose(file); }

int fseek(FILE *file, long offset, int whence) {
  if (file != flash) return real_fseek(file, offset, whence);
  must(whence != SEEK_CUR);
  position = whence == SEEK_END ? image_size + offset : offset;
  return 0;
}

long ftell(FILE *file) { return file == flash ? position : real_ftell(file); }

size_t fread(void *data, size_t size, size_t count, FILE *file) {
  if (file != flash) return real_fread(data, size, count, file);
  must(size == 1 && position >= 0 && position + (long)count <= image_size);
  memcpy(data, image + position, count);
  position += (long)count;
  return count;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  if (file != flash) return real_fwrite(data, size, count, file);
  flash_write(data, size * count);
  return count;
}

int bind(int socket, const struct sockaddr *address, socklen_t length) {
  struct sockaddr_in own;
  const char *text = getenv("POWER_CUT_ADDRESS");
  if (!text || address->sa_family != AF_INET || length < sizeof own) return real_bind(socket, address, length);
  memcpy(&own, address, sizeof own);
  must(inet_pton(AF_INET, text, &own.sin_addr) == 1);
  return real_bind(socket, (const struct sockaddr *)&own, sizeof own);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int result = real_gettimeofday(time, zone);
  if (result == 0) {
    long long fast = clock_us + (now_us() - start_us) + gained_us;
    time->tv_sec = fast / 1000000;
    time->tv_usec = fast % 1000000;
  }
  return result;
}

int select(int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *time) {
  struct timeval nap = {0, NAP_US};
  int idle = count == 0 && time && (time->tv_sec > 0 || time->tv_usec > 0) && syscall(SYS_gettid) == getpid();
  if (!idle) return real_select(count, read, write, except, time);
  if (time->tv_sec == 0 && time->tv_usec < NAP_US) nap = *time;
  gained_us += nap.tv_usec * (speed - 1);
  return real_select(0, NULL, NULL, NULL, &nap);
}
