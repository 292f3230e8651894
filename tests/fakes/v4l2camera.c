/* A camera that Video4Linux would show as /dev/video0, for machines whose kernel has none: preloaded (LD_PRELOAD) into the process that
 * is tested, it answers open(2), ioctl(2) and select(2) of that one path as a camera's driver does, and passes on everything else. So
 * OpenCV's own code runs: it asks for formats, maps buffers, queues them, waits and takes pictures out.
 *
 * V4L2_CAMERA names a file that stands for the plug. Its text is what the camera does: "show N" gives pictures of grey level N, 64 x 48,
 * ten a second; "hang" gives none; "large" offers pictures of 8000 x 8000. While there is no such file, nothing is plugged in.
 *
 * Formats and calls: https://docs.kernel.org/userspace-api/media/v4l/v4l2.html
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#define DEVICE "/dev/video0"
#define BUFFERS 4

static int camera = -1; /* A file in memory: its pages are the buffers, so that mmap(2) works as it is. */
static unsigned width, height, queued[BUFFERS], waiting;
static double due; /* When the next picture is there. */

static int plugged(char *doing, int *level) {
    FILE *plug = fopen(getenv("V4L2_CAMERA") ? getenv("V4L2_CAMERA") : "", "r");
    if (!plug) return 0;
    *level = 128;
    int found = fscanf(plug, "%15s %d", doing, level);
    fclose(plug);
    return found >= 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static size_t page_of(unsigned bytes) { return (bytes + 4095u) & ~(size_t)4095u; }

static int opened(void) {
    char doing[16];
    int level;
    if (!plugged(doing, &level)) return errno = ENOENT, -1;
    if (camera >= 0) return errno = EBUSY, -1;
    width = height = strcmp(doing, "large") ? 0 : 8000;
    if (!width) width = 64, height = 48;
    waiting = 0;
    camera = memfd_create("camera", 0);
    if (camera >= 0 && ftruncate(camera, (off_t)(BUFFERS * page_of(2 * width * height)))) return -1;
    return camera;
}

static void describe(struct v4l2_format *format) {
    format->fmt.pix.width = width;
    format->fmt.pix.height = height;
    format->fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    format->fmt.pix.field = V4L2_FIELD_NONE;
    format->fmt.pix.bytesperline = 2 * width;
    format->fmt.pix.sizeimage = 2 * width * height;
}

static int locate(struct v4l2_buffer *buffer) {
    if (buffer->index >= BUFFERS) return errno = EINVAL, -1;
    buffer->length = buffer->bytesused = 2 * width * height;
    buffer->m.offset = (__u32)(buffer->index * page_of(buffer->length));
    buffer->field = V4L2_FIELD_NONE;
    return 0;
}

static int take(struct v4l2_buffer *buffer) {
    char doing[16];
    int level;
    if (!plugged(doing, &level)) return errno = ENODEV, -1;
    if (!waiting || now() < due || !strcmp(doing, "hang")) return errno = EAGAIN, -1;
    due = now() + 0.1;
    buffer->index = queued[0];
    memmove(queued, queued + 1, --waiting * sizeof *queued);
    locate(buffer);
    unsigned char *pixels = malloc(buffer->length);
    for (unsigned at = 0; at < buffer->length; at++) pixels[at] = at % 2 ? 128 : (unsigned char)level; /* Y U Y V, grey. */
    ssize_t written = pwrite(camera, pixels, buffer->length, buffer->m.offset);
    free(pixels);
    buffer->timestamp = (struct timeval){time(NULL), 0};
    return written == (ssize_t)buffer->length ? 0 : -1;
}

static int answer(unsigned long request, void *argument) {
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *can = argument;
        memset(can, 0, sizeof *can);
        strcpy((char *)can->driver, "fake");
        can->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
        can->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        return 0;
    }
    case VIDIOC_ENUMINPUT: return ((struct v4l2_input *)argument)->index ? (errno = EINVAL, -1) : 0;
    case VIDIOC_G_INPUT: return *(int *)argument = 0;
    case VIDIOC_S_INPUT: return 0;
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT: return describe(argument), 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        ((struct v4l2_streamparm *)argument)->parm.capture.timeperframe = (struct v4l2_fract){1, 10};
        return 0;
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *asked = argument;
        if (asked->count > BUFFERS) asked->count = BUFFERS;
        return 0;
    }
    case VIDIOC_QUERYBUF: return locate(argument);
    case VIDIOC_QBUF:
        if (waiting < BUFFERS) queued[waiting++] = ((struct v4l2_buffer *)argument)->index;
        return 0;
    case VIDIOC_DQBUF: return take(argument);
    case VIDIOC_STREAMON: return 0;
    case VIDIOC_STREAMOFF: return waiting = 0;
    default: return errno = EINVAL, -1;
    }
}

static int open_as(const char *name, const char *path, int flags, mode_t mode) {
    if (!strcmp(path, DEVICE)) return opened();
    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name))(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_as("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_as("open64", path, flags, mode);
}

int ioctl(int file, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (file >= 0 && file == camera) return answer(request & 0xffffffffu, argument);
    return ((int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl"))(file, request, argument);
}

int select(int count, fd_set *reading, fd_set *writing, fd_set *failing, struct timeval *limit) {
    static int (*next)(int, fd_set *, fd_set *, fd_set *, struct timeval *);
    if (!next) *(void **)&next = dlsym(RTLD_NEXT, "select");
    if (camera < 0 || camera >= count || !reading || !FD_ISSET(camera, reading)) return next(count, reading, writing, failing, limit);
    char doing[16];
    int level;
    if (plugged(doing, &level) && !strcmp(doing, "hang")) { /* Nothing comes: the whole time is waited for. */
        next(0, NULL, NULL, NULL, limit);
        FD_CLR(camera, reading);
        return 0;
    }
    if (due > now()) usleep((useconds_t)(1e6 * (due - now())));
    return 1;
}

int close(int file) {
    if (file >= 0 && file == camera) camera = -1;
    return ((int (*)(int))dlsym(RTLD_NEXT, "close"))(file);
}
