"""What is asked of thumbor and of ours, and compared: see benchmarks/thumbor_filters.py.

Not here: `frame`, which thumbor 7.8 gets wrong on Python 3 (it takes an object for its text, and so
every picture for one of one channel)."""

from dataclasses import dataclass
from zlib import crc32

from tintype.transform import Transform
from tintype.urls import thumbor


@dataclass(frozen=True)
class Case:
    """A picture, the part of the path before the filters, the filters; and how near ours is.

    `near` is the mean distance in levels of 255 that is allowed. What is above 1 has its reason.
    """

    picture: str
    filters: str
    options: str = ""
    near: float = 1.0

    @property
    def path(self) -> str:
        """The path of thumbor's URL, without `unsafe/`."""
        options = f"{self.options}/" if self.options else ""
        filters = f"{self.filters}:format(png)".removeprefix(":")
        return f"{options}filters:{filters}/{self.picture}"

    @property
    def file(self) -> str:
        """The name of thumbor's answer in tests/golden/thumbor."""
        name = self.path.replace("/", "+")
        return f"{name if len(name) < 120 else f'{crc32(name.encode()):08x}'}.png"

    @property
    def recipe(self) -> Transform:
        """The same for us, read from the URL."""
        return thumbor.parse(self.path).transform


PHOTO, CLEAR, GRAY = "photo.png", "clear.png", "gray.png"
EACH = (
    "brightness(30)",
    "brightness(-45)",
    "contrast(40)",
    "contrast(-60)",
    "saturation(1.7)",
    "saturation(0.3)",
    "rgb(20,-20,40)",
    "colorize(40,10,60,ff8800)",
    "curve([(0,0),(128,160),(255,255)],[(0,30),(200,180)],[(0,0),(255,255)],[(0,255),(255,0)])",
    "curve([(0,0),(255,255)],[(0,50),(16,51),(32,69),(58,85),(92,120),(128,170),(140,186),(167,225),"
    "(192,245),(225,255),(244,255),(255,254)],[(0,0),(16,2),(32,18),(64,59),(92,116),(128,182),"
    "(167,211),(192,227),(224,240),(244,247),(255,252)],[(0,48),(16,50),(62,77),(92,110),(128,144),"
    "(140,153),(167,180),(192,192),(224,217),(244,225),(255,225)])",
    "equalize()",
    "grayscale()",
    "rotate(90)",
    "rotate(-90)",
    "rotate(180)",
    "proportion(0.5)",
)
COLOURED = (
    "blur(1)",
    "blur(4)",
    "blur(9,3)",
    "sharpen(2,1.0,true)",
    "sharpen(5,0.5,false)",
    "convolution(1;2;1;2;4;2;1;2;1,3,true)",
    "convolution(-1;-1;-1;-1;8;-1;-1;-1;-1,3,false)",
)
CASES = [
    *(Case(picture, filters) for picture in (PHOTO, GRAY) for filters in (*EACH, *COLOURED)),
    *(Case(CLEAR, filters) for filters in EACH),
    *(
        Case(PHOTO, "", options)
        for options in (
            "trim",
            "trim:bottom-right",
            "trim:top-left:60",
            "trim:top-left:442",
            "trim:top-left:40/10x5:60x40",
            "10x5:60x40",
            "10x5:600x400",
            "10x5:5x40",
            "40x30",
            "30x40/left",
            "30x40/right/bottom",
            "-40x0",
            "0x-30",
            "-0x-0",
            "-20x-20/top",
            "fit-in/40x40",
            "full-fit-in/40x40",
            "adaptive-fit-in/20x40",
            "adaptive-full-fit-in/20x40",
            "origx20",
            "20xorig",
            "fit-in/origx20",
            "debug/20x20",
        )
    ),
    *(
        Case(PHOTO, filters, options)
        for options, filters in (
            ("30x30", "stretch()"),
            ("30x30", "focal(60x0:72x10)"),
            ("30x30", "focal(60x0:72x10):focal(0x0:9x9)"),
            ("10x0:60x48/30x30", "focal(40x0:72x10)"),
            ("0x0:30x48/20x20", "focal(60x0:72x10)"),
            ("debug/20x20", "focal(10x10:30x30)"),
            ("debug/5x5:60x40", "focal(10x10:30x30):focal(50x30:51x31)"),
            ("200x300", "no_upscale()"),
            ("fit-in/144x144", "upscale()"),
        )
    ),
    Case(PHOTO, "blur(20)", near=1.5),
    Case(PHOTO, "noise(40,7)", near=16.0),  # other random numbers: see the test of noise
    Case(PHOTO, "round_corner(20,255,0,0)", near=1.5),
    Case(PHOTO, "round_corner(30|15,0,0,255)", near=1.5),
    Case(PHOTO, "round_corner(20,255,0,0,true)", near=3.0),  # its edge is dark where it is smooth
    Case(PHOTO, "fill(red)", "fit-in/80x80"),
    Case(PHOTO, "fill(00ff88)", "fit-in/80x80"),
    Case(PHOTO, "fill(auto)", "fit-in/80x80"),
    Case(PHOTO, "fill(blur)", "fit-in/80x80", near=4.0),
    Case(PHOTO, "fill(transparent)", "fit-in/80x80"),
    Case(PHOTO, "fill(navy)", "fit-in/0x200"),
    Case(PHOTO, "fill(navy)", "fit-in/200x150"),
    Case(PHOTO, "fill(navy)", "adaptive-fit-in/60x90"),
    Case(PHOTO, "fill(navy)", "full-fit-in/60x60"),
    Case(PHOTO, "rotate(90):fill(navy)", "60x40"),
    Case(CLEAR, "fill(red)", "fit-in/80x80", near=1.5),
    Case(CLEAR, "fill(red,true)", "fit-in/80x80", near=1.5),
    Case(CLEAR, "background_color(orange)", near=1.0),
    Case(CLEAR, "background_color(123456)", near=1.0),
    *(
        Case(PHOTO, f"watermark(mark.png,{place})")
        for place in (
            "0,0,0",
            "10,5,0",
            "-10,-5,50",
            "-0,-0,0",
            "10p,20p,0",
            "-10p,-20p,30",
            "center,center,0",
            "-30,70,0",
            "1000,0,0",
            "repeat,0,0",
            "0,repeat,40",
            "repeat,repeat,0",
            "repeat,center,0",
            "center,center,0,50",
            "center,center,0,none,50",
            "5,5,20,60,20",
        )
    ),
    Case(PHOTO, "watermark(mark.png,0,0,0,200)", near=1.5),
    Case(PHOTO, "watermark(dot.png,repeat,repeat,0)"),
    Case(CLEAR, "watermark(mark.png,center,center,30)", near=1.5),
    Case(GRAY, "watermark(mark.png,center,center,30)"),
    Case(PHOTO, "brightness(20):contrast(20):rotate(90)", "60x60"),
]
