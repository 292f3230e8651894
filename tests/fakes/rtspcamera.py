"""A network camera that speaks RTSP: H.264 over GStreamer's own RTSP server.

It runs in a process of its own under the system's Python (Debian: python3-gi, gir1.2-gst-rtsp-server-1.0 and GStreamer's plugins
base, good and ugly), and is worked like a camera on a wall: switched off (killed), stuck (stopped by signal), replaced by another.

Usage: ``/usr/bin/python3 rtspcamera.py PORT WIDTHxHEIGHT PICTURES SECONDS``. ``PORT`` 0 takes a free one; ``PICTURES`` is a pattern
such as ``film/%02d.png``, shown one after the other, again and again; ``SECONDS`` 0 streams without an end. With ``CAMERA_USER``,
``CAMERA_PASSWORD`` and ``CAMERA_SCHEME`` (``basic`` or ``digest``) in the environment it asks for them; with ``CAMERA_SIZES``
(``640x272 320x136``) it takes the next of these sizes every two seconds in the midst of the stream, again and again; with ``CAMERA_GOP``
one in so many frames is a key frame; with ``CAMERA_CODEC=h265`` it sends H.265, with ``CAMERA_SOUND`` sound, too. The bound port is printed as soon as it listens; the stream is ``/live``. ``rtspcamera.py check`` ends with what is missing on this machine, or in silence; further elements may follow.
"""

import importlib
import itertools
import os
import sys
from typing import Any

RATE = 10
"""Frames per second; one in ten is a key frame by default, so that a new viewer sees within a second."""
SIZE_SECONDS = 2

SOUND = "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8"
"""As most cameras have it; nobody is to ask for it. GStreamer's server then has room for one viewer only."""
ELEMENTS = ("multifilesrc", "pngdec", "videoconvert", "videoscale", "x264enc", "rtph264pay", "audiotestsrc", "alawenc", "rtppcmapay")


def libraries() -> tuple[Any, Any, Any]:
    """GLib, GStreamer and its RTSP server.

    Raises:
        ImportError: PyGObject is not there.
        ValueError: a library is not there.
    """
    gi: Any = importlib.import_module("gi")
    for library in ("Gst", "GstRtsp", "GstRtspServer"):
        gi.require_version(library, "1.0")
    glib, gst, rtsp = (importlib.import_module(f"gi.repository.{name}") for name in ("GLib", "Gst", "GstRtspServer"))
    gst.init(None)
    return glib, gst, rtsp


ENCODERS = {"h264": ("x264enc", "rtph264pay", "threads=1"), "h265": ("x265enc", "rtph265pay", "")}
"""Encoder, payloader and what only the encoder knows."""


def check(*more: str) -> None:
    """End with what is missing here; ``more`` are further elements that are needed."""
    try:
        _, gst, _ = libraries()
    except (ImportError, ValueError) as error:
        sys.exit(str(error))
    missing = [name for name in (*ELEMENTS, *more) if gst.ElementFactory.find(name) is None]
    sys.exit(f"GStreamer has no {', '.join(missing)}" if missing else 0)


def pipeline(size: str, pictures: str, seconds: float) -> str:
    """GStreamer's description of the stream."""
    encoder, payloader, own = ENCODERS[os.environ.get("CAMERA_CODEC", "h264")]
    sound = SOUND if os.environ.get("CAMERA_SOUND") else ""
    count = f"num-buffers={round(seconds * RATE)}" if seconds else ""
    return (
        f"( multifilesrc location={pictures} loop=true {count} caps=image/png,framerate={RATE}/1 ! pngdec ! videoconvert "
        f"! videoscale add-borders=false ! capsfilter name=size caps={raw(size)} ! {encoder} tune=zerolatency speed-preset=ultrafast "
        f"bitrate=1500 key-int-max={os.environ.get('CAMERA_GOP', RATE)} {own} ! {payloader} name=pay0 pt=96 config-interval=-1 {sound} )"
    )


def raw(size: str) -> str:
    """GStreamer's name of pictures of a size."""
    width, height = size.split("x")
    return f"video/x-raw,format=I420,width={width},height={height},pixel-aspect-ratio=1/1"


def change(glib: Any, gst: Any, media: Any, sizes: list[str]) -> None:
    """Change the size of a stream that has just been made, again and again."""
    following = itertools.cycle(sizes)

    def step(named: Any) -> bool:
        named.set_property("caps", gst.Caps.from_string(raw(next(following))))
        return True

    glib.timeout_add_seconds(SIZE_SECONDS, step, media.get_element().get_by_name("size"))


def guard(rtsp: Any, server: Any, factory: Any, *, user: str, password: str, scheme: str) -> None:
    """Let nobody see the stream without the password."""
    method: Any = importlib.import_module("gi.repository.GstRtsp").RTSPAuthMethod
    auth = rtsp.RTSPAuth()
    token = rtsp.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if scheme == "basic":
        auth.set_supported_methods(method.BASIC)
        auth.add_basic(rtsp.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(method.DIGEST)
        auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = rtsp.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main(port: str, size: str, pictures: str, seconds: str) -> None:
    """Stream until killed."""
    glib, gst, rtsp = libraries()
    server, factory = rtsp.RTSPServer(), rtsp.RTSPMediaFactory()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory.set_launch(pipeline(size, pictures, float(seconds)))
    factory.set_shared(True)
    if sizes := os.environ.get("CAMERA_SIZES", "").split():
        factory.connect("media-configure", lambda _, media: change(glib, gst, media, sizes))
    if "CAMERA_USER" in os.environ:
        user, password, scheme = (os.environ[f"CAMERA_{name}"] for name in ("USER", "PASSWORD", "SCHEME"))
        guard(rtsp, server, factory, user=user, password=password, scheme=scheme)
    server.get_mount_points().add_factory("/live", factory)
    if not server.attach(None):
        sys.exit(f"port {port} cannot be had")
    print(server.get_bound_port(), flush=True)  # noqa: T201  # The one who started it waits for this line.
    glib.MainLoop().run()


if __name__ == "__main__":
    check(*sys.argv[2:]) if sys.argv[1:2] == ["check"] else main(*sys.argv[1:5])
