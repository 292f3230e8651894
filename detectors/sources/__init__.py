"""Where frames come from: files, RTSP, HTTP snapshots; and how a live source is kept alive."""
