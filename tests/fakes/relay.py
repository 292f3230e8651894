"""Something between a camera and its viewer that meddles with its packets: a bad cable, a broken encoder, a clock that jumps."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

Meddle = Callable[[int, bytes], bytes]
"""Gets the number of an RTP packet and the packet (RFC 3550), returns what is passed on."""


def _whole(line: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = line.recv(size - len(content))
        if not part:
            raise OSError("the other hung up")
        content += part
    return content


def _down(camera: socket.socket, viewer: socket.socket, meddle: Meddle) -> None:
    """From the camera: replies as they are, packets (RFC 2326, section 10.12) meddled with."""
    count = 0
    with contextlib.suppress(OSError):
        while True:
            first = _whole(camera, 1)
            if first != b"$":
                viewer.sendall(first)
                continue
            channel, size = struct.unpack(">BH", _whole(camera, 3))
            packet = _whole(camera, size)
            if channel == 0:
                count += 1
                packet = meddle(count, packet)
            viewer.sendall(b"$" + struct.pack(">BH", channel, len(packet)) + packet)
    viewer.close()


def _up(viewer: socket.socket, camera: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := viewer.recv(4096):
            camera.sendall(part)
    camera.close()


@contextlib.contextmanager
def relay(port: int, meddle: Meddle) -> Iterator[str]:
    """The address of a camera behind the relay.

    Args:
        port: of the camera on loopback.
        meddle: sees every RTP packet of every connection.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    viewer = server.accept()[0]
                    camera = socket.create_connection(("127.0.0.1", port))
                    threading.Thread(target=_down, args=(camera, viewer, meddle), daemon=True).start()
                    threading.Thread(target=_up, args=(viewer, camera), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        server.shutdown(socket.SHUT_RDWR)
