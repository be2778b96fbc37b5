//! The QR code of a game's address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A QR code that the server made: a browser only shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QrCode {
    /// Its side in modules, without the quiet zone.
    side: usize,
    /// The dark modules, as an SVG path.
    ink: String,
}

#[cfg(feature = "ssr")]
impl QrCode {
    /// The code of an address; `None` for one that is too long for any code.
    pub(crate) fn of(address: &str) -> Option<Self> {
        use qrcode::{Color, EcLevel};
        // A quarter may be unreadable: screens reflect, and cameras are held askew.
        let code = qrcode::QrCode::with_error_correction_level(address, EcLevel::Q).ok()?;
        let side = code.width();
        let dark: Vec<bool> = code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect();
        let ink = dark.chunks(side).enumerate().map(|(y, row)| line(y, row)).collect();
        Some(Self { side, ink })
    }
}

/// One row: a box for each run of dark modules.
#[cfg(feature = "ssr")]
fn line(y: usize, row: &[bool]) -> String {
    let mut x = 0;
    let mut ink = String::new();
    for run in row.chunk_by(|one, next| one == next) {
        if run[0] {
            ink.push_str(&format!("M{x} {y}h{0}v1h-{0}z", run.len()));
        }
        x += run.len();
    }
    ink
}

/// The code as a picture. Dark on light in every theme, because cameras expect it.
pub(super) fn qr(code: &QrCode) -> AnyView {
    view! {
        <div class="lobby__qr">
            <svg
                viewBox=format!("0 0 {0} {0}", code.side)
                role="img"
                aria-label="QR code: opens this game on a phone"
                shape-rendering="crispEdges"
            >
                <path fill="currentColor" d=code.ink.clone()></path>
            </svg>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_drawn_as_its_dark_runs() {
        assert_eq!(line(2, &[true, true, false, true]), "M0 2h2v1h-2zM3 2h1v1h-1z");
    }

    #[test]
    fn an_address_fits_a_small_code_and_a_book_none() {
        let code = QrCode::of("https://hubbub.example/play/482915").unwrap();
        assert_eq!(code.side, 29, "larger ones are hard to read from the last row");
        assert!(code.ink.starts_with("M0 0h7v1h-7z"), "a finder stands in the corner");
        assert_eq!(QrCode::of(&"x".repeat(9000)), None);
    }
}
