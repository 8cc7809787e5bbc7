//! Levels of light as numbers.

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from a float saturates")]
pub(in crate::picture) fn byte(part: f32) -> u8 {
    (part * 255.0 + 0.5) as u8
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from a float saturates")]
pub(in crate::picture) fn deep(part: f32) -> u16 {
    (part * 65_535.0 + 0.5) as u16
}

/// Linear light from 0 to 1, encoded with the curve of sRGB.
pub(in crate::picture) fn encoded(light: f32) -> f32 {
    let light = light.clamp(0.0, 1.0);
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// The linear light of a lightness (L*) from 0 to 100.
pub(in crate::picture) fn luminance(lightness: f32) -> f32 {
    if lightness > 8.0 { ((lightness + 16.0) / 116.0).powi(3) } else { lightness * 27.0 / 24_389.0 }
}

/// 16 bits as 8.
pub(in crate::picture) fn narrow(level: u16) -> u8 {
    u8::try_from((u32::from(level) + 128) / 257).unwrap_or(u8::MAX)
}
