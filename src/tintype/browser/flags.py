"""How Chromium is started: what keeps it from the network, and what keeps it light."""

from dataclasses import dataclass

# Without this Chromium goes past the proxy to this machine: 127/8, ::1, localhost, 169.254/16.
BYPASS_NOTHING = "<-loopback>"


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps the browser from every network but the proxy's side of it.

    Without the proxy, the list of what goes past it, or the policy for WebRTC, the browser gets
    out: a test takes them away one by one. The other two are a second lock on the same door.
    """

    proxy: bool = True
    bypass: str = BYPASS_NOTHING
    flags: tuple[str, ...] = (
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        # Behind a proxy Chromium needs no names of its own.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*",
    )


LOCKED = Lock()

LIGHT = (
    "--headless",
    "--remote-debugging-pipe",
    "--hide-scrollbars",
    "--mute-audio",
    "--block-new-web-contents",  # a popup is in no picture
    "--no-startup-window",  # a page that nobody asked for, and its process
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-blink-features=AutomationControlled",  # sites look at navigator.webdriver
    # A mouse is there: pages for fingers look otherwise.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,"
    "availablePointerTypes=4",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    # Each capture has a context of its own, and no process is shared between contexts. Within one
    # all frames are in one process: less memory, and a script in a frame can be ended as well.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints,"
    "AutofillServerCommunication,InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater",
    "--force-color-profile=srgb",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    "--js-flags=--max-old-space-size=512",
)

# The network is in a process of its own for the sandbox's sake: without one, what breaks it can do
# all that the browser can. (Drawing stays in its own: in the browser's it crashes at some starts.)
NETWORK_INSIDE = "--enable-features=NetworkServiceInProcess2"


def command_line(program: str, *, profile: str, proxy: str, lock: Lock, sandbox: bool) -> list[str]:
    """The program with its flags. `proxy` is for what belongs to no capture: it leads nowhere."""
    ours = [f"--user-data-dir={profile}", *LIGHT, *lock.flags]
    if lock.proxy:
        ours += [f"--proxy-server={proxy}", f"--proxy-bypass-list={lock.bypass}"]
    if not sandbox:
        ours += ["--no-sandbox", NETWORK_INSIDE]
    return [program, *ours]
