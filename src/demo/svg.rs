//! Draws SVG pictures: a cloud and a sun, coloured by the seed.

pub(super) fn draw(width: u32, height: u32, seed: u64) -> String {
    let hue = seed % 360;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 64 64" role="img">
  <title>A cloud before the sun</title>
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="hsl({hue} 70% 60%)"/>
      <stop offset="1" stop-color="hsl({hue} 70% 82%)"/>
    </linearGradient>
  </defs>
  <rect width="64" height="64" rx="14" fill="url(#sky)"/>
  <circle cx="42" cy="24" r="10" fill="#ffd54a"/>
  <g fill="#fff">
    <circle cx="22" cy="40" r="9"/>
    <circle cx="32" cy="34" r="11"/>
    <circle cx="43" cy="40" r="8"/>
    <rect x="20" y="38" width="25" height="11" rx="5"/>
  </g>
</svg>
"##
    )
}
