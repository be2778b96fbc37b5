//! Everyone is an arch with two eyes.

use leptos::prelude::*;
use protocol::UserId;

const COLOURS: [&str; 8] = ["leaf", "tomato", "sea", "plum", "honey", "sky", "clay", "pine"];
const HEIGHTS: [u32; 3] = [40, 46, 54];

/// The shape of a person's avatar. Colour, height and gaze come from the id, so that somebody looks the same
/// everywhere, whatever their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    colour: &'static str,
    height: u32,
    /// The offset of the pupils from the middle of the eyes, in tenths.
    gaze: (i32, i32),
    eyes: Eyes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Eyes {
    Open,
    Closed,
    Happy,
}

impl Looks {
    /// The avatar of a person: the same for the same id, on every page.
    pub(crate) fn of(id: &UserId) -> Self {
        // FNV-1a: any hash that is the same on server and browser would do.
        let hash =
            id.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        // Mixed, because ids that differ in one letter are common.
        let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        let hash = hash ^ (hash >> 13);
        Self {
            colour: COLOURS[hash as usize % COLOURS.len()],
            height: HEIGHTS[(hash >> 8) as usize % HEIGHTS.len()],
            gaze: if (hash >> 16) & 1 == 0 { (19, 3) } else { (-19, 3) },
            eyes: Eyes::Open,
        }
    }

    /// An avatar of nobody in particular.
    pub(crate) const fn plain(colour: &'static str, height: u32, gaze: (i32, i32)) -> Self {
        Self { colour, height, gaze, eyes: Eyes::Open }
    }

    /// The same avatar with closed eyes: somebody is away, or nothing happens here.
    pub(crate) const fn asleep(self) -> Self {
        Self { eyes: Eyes::Closed, ..self }
    }

    /// The same avatar with smiling eyes.
    pub(crate) const fn happy(self) -> Self {
        Self { eyes: Eyes::Happy, ..self }
    }

    /// The same avatar, looking elsewhere: so many tenths to the side and down.
    pub(crate) const fn looking(self, gaze: (i32, i32)) -> Self {
        Self { gaze, ..self }
    }

    /// The same avatar, so tall; the others are 40 to 54.
    pub(crate) const fn tall(self, height: u32) -> Self {
        Self { height, ..self }
    }

    /// The name of the colour in `avatar--{colour}`.
    pub(crate) const fn colour(self) -> &'static str {
        self.colour
    }
}

/// A person's avatar. It is decoration: the name is beside it.
pub(crate) fn avatar(looks: Looks) -> AnyView {
    let Looks { colour, height, gaze, eyes } = looks;
    let lids = match eyes {
        Eyes::Open => None,
        Eyes::Closed => Some("M9.5 20q4 4 8 0M22.5 20q4 4 8 0"),
        Eyes::Happy => Some("M9.5 22q4-5.5 8 0M22.5 22q4-5.5 8 0"),
    };
    let eyes = if let Some(lids) = lids {
        view! { <path class="avatar__lid" d=lids></path> }.into_any()
    } else {
        // In tenths, as integers: the browser then needs no code that prints floats.
        let pupil = |centre: i32| {
            let (x, y) = (centre + gaze.0 - 29, 200 + gaze.1);
            format!("M{}.{} {}.{}a2.9 2.9 0 1 0 5.8 0a2.9 2.9 0 1 0-5.8 0", x / 10, x % 10, y / 10, y % 10)
        };
        view! {
            <path
                class="avatar__white"
                d="M8.3 20a5.2 5.2 0 1 0 10.4 0a5.2 5.2 0 1 0-10.4 0M21.3 20a5.2 5.2 0 1 0 10.4 0a5.2 5.2 0 1 0-10.4 0"
            ></path>
            <path class="avatar__pupil" d=pupil(135) + &pupil(265)></path>
        }
        .into_any()
    };
    view! {
        <svg class=format!("avatar avatar--{colour}") viewBox=format!("0 0 40 {height}") aria-hidden="true">
            <path class="avatar__body" d=format!("M2 {height}V20a18 18 0 0 1 36 0v{}z", height - 20)></path>
            {eyes}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_crowd_is_colourful() {
        let crowd: Vec<_> = (0..64).map(|n| Looks::of(&UserId::parse(&format!("guest{n}")).unwrap())).collect();
        let colours: HashSet<_> = crowd.iter().map(|looks| looks.colour).collect();
        let heights: HashSet<_> = crowd.iter().map(|looks| looks.height).collect();
        assert_eq!((colours.len(), heights.len()), (COLOURS.len(), HEIGHTS.len()));
    }
}
