"""Options of imgproxy's that are not understood here, and what the refusal of each says."""

from tintype.errors import InvalidTransform

_REFUSED = {
    "raw": "Originals are not handed out by these URLs.",
    "skip_processing": "Every picture is written anew.",
    "skp": "Every picture is written anew.",
    "enforce_thumbnail": "Leave it out: the preview inside a file is not used.",
    "eth": "Leave it out: the preview inside a file is not used.",
    "preserve_hdr": "Leave it out: results have 8 bits a channel.",
    "ph": "Leave it out: results have 8 bits a channel.",
    **dict.fromkeys(
        (
            *("max_src_resolution", "msr", "max_src_file_size", "msfs"),
            *("max_animation_frames", "maf", "max_animation_frame_resolution", "mafr"),
            *("max_result_dimension", "mrd"),
        ),
        "Limits are settings, not options of a URL.",
    ),
}
_PAID = """
resizing_algorithm ra objects_position obj_pos op crop_aspect_ratio crop_ar car
background_alpha bga adjust a brightness br contrast co saturation sa monochrome mc duotone
dt unsharp_masking ush blur_areas ba progressive_blur pbl blur_detections bd draw_detections
dd crop_objects colorize col gradient gr watermark_url wmu watermark_text wmt watermark_size
wms watermark_rotate wm_rot wmr watermark_shadow wmsh style st dpi color_profile cp icc
autoquality aq jpeg_options jpgo png_options pngo webp_options webpo avif_options avifo page
pg pages pgs disable_animation da video_thumbnail_second vts video_thumbnail_keyframes vtk
video_thumbnail_tile vtt video_thumbnail_animation vta fallback_image_url fiu bypass_cache
bc cache_tags ct hashsum hs
"""


def refusal(name: str) -> InvalidTransform:
    """The error for an option that is not understood."""
    if name in _PAID.split():
        return InvalidTransform(
            f"The option {name!r} is one of imgproxy Pro, and not understood here.",
            remedy="Leave it out; docs/imgproxy.md says what does the same.",
        )
    if name in _REFUSED:
        return InvalidTransform(f"The option {name!r} is not available.", remedy=_REFUSED[name])
    return InvalidTransform(
        f"There is no option {name[:40]!r}.", remedy="docs/imgproxy.md lists them all."
    )
