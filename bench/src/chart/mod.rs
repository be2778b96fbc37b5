//! Figures as pictures: SVG in the project's own colours, readable by day and by night.

pub mod bars;
pub mod lines;
mod svg;
