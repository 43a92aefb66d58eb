"""Draw the kernel's logos (SVG, and PNG of 32 and 64 pixels). Run it when the design changes.

    python tools/make_kernel_logos.py

A signal runs across an image's pixels, on a tile of its own: so it reads on light and on
dark pages. Needs Pillow (matplotlib brings it).
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = (
    Path(__file__).parent.parent / "packages/datalab-kernel-spec/src/datalab_kernel_spec/kernelspec"
)
SIDE, CELLS, RADIUS, FINER = 64, 4, 12, 8
TILE, OUTLINE, CURVE = "#16283c", "#16283c", "#ffffff"
SHADES = ("#1f4e79", "#1c6e8c", "#21918c", "#4fb477", "#a5d34a", "#fde725")


def cells() -> list[tuple[float, float, float, str]]:
    """Return left, top, side and colour of each pixel of the image: a bright spot, off centre."""
    side = (SIDE - 8) / CELLS
    found = []
    for row in range(CELLS):
        for column in range(CELLS):
            distance = math.hypot(column - 2.2, row - 1.1)
            shade = SHADES[max(0, round((len(SHADES) - 1) * (1 - distance / 2.6)))]
            found.append((4 + column * side, 4 + row * side, side - 1, shade))
    return found


def curve() -> list[tuple[float, float]]:
    """Return the points of a damped oscillation."""
    points = []
    for step in range(57):
        x = step / 56
        y = math.exp(-2.2 * x) * math.cos(2 * math.pi * 2.1 * x)
        points.append((4 + 56 * x, 36 - 22 * y))
    return points


def svg() -> str:
    """Return the logo as SVG."""
    pixels = "".join(
        f'<rect x="{x:g}" y="{y:g}" width="{s:g}" height="{s:g}" rx="1.5" fill="{shade}"/>'
        for x, y, s, shade in cells()
    )
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in curve())
    line = f'<path d="{path}" fill="none" stroke-linejoin="round" stroke-linecap="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f"<title>DataLab</title>"
        f'<rect width="{SIDE}" height="{SIDE}" rx="{RADIUS}" fill="{TILE}"/>{pixels}'
        f'{line} stroke="{OUTLINE}" stroke-width="8"/>{line} stroke="{CURVE}" stroke-width="4"/>'
        "</svg>\n"
    )


def picture() -> Image.Image:
    """Return the logo drawn large."""
    image = Image.new("RGBA", (SIDE * FINER, SIDE * FINER), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, SIDE * FINER - 1, SIDE * FINER - 1), RADIUS * FINER, TILE)
    for x, y, side, shade in cells():
        box = [value * FINER for value in (x, y, x + side, y + side)]
        draw.rounded_rectangle(box, 1.5 * FINER, shade)
    points = [(x * FINER, y * FINER) for x, y in curve()]
    for colour, width in ((OUTLINE, 8), (CURVE, 4)):
        radius = width * FINER / 2
        draw.line(points, colour, width * FINER, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
    return image


def main() -> None:
    """Write the three files."""
    (FOLDER / "logo-svg.svg").write_text(svg(), encoding="utf-8")
    large = picture()
    for side in (32, 64):
        small = large.resize((side, side), Image.Resampling.LANCZOS)
        small.save(FOLDER / f"logo-{side}x{side}.png", optimize=True)


if __name__ == "__main__":
    main()
