//! The shape in the sample: a head's soft tissue, two jaws, and teeth on an arch. Plausible enough to look at and
//! to compress like a real volume; nobody's anatomy.

/// Hounsfield units stored as they are with this intercept (PS3.3 C.11.1): value = HU + 1000.
pub(super) const INTERCEPT: i32 = -1000;

const AIR: f32 = -1000.0;
const SOFT: f32 = 40.0;
const BONE: f32 = 700.0;
const CORTEX: f32 = 1300.0;
const DENTIN: f32 = 1700.0;
const ENAMEL: f32 = 2800.0;
const PULP: f32 = 200.0;
/// Standard deviation of the noise, HU: a small-field CBCT.
const NOISE: f32 = 45.0;

/// The arch, an ellipse in fractions of the slice: centre, half axes.
const ARCH: (f32, f32, f32, f32) = (0.5, 0.62, 0.26, 0.36);
/// Height of the bite: below the middle, so that the middle slice shows the crowns of the upper teeth.
const BITE: f32 = 0.44;
/// Teeth of one jaw.
const TEETH: usize = 16;

/// Deterministic numbers: xorshift64*, seeded through SplitMix64.
pub(super) struct Noise(u64);

impl Noise {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut z = seed.wrapping_add((stream + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((z ^ (z >> 31)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// About normal, variance 1: the sum of four uniform numbers.
    fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
        (sum as f32 - 131_070.0) / 37_837.0
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }
}

/// One tooth: where it stands and how large it is, in fractions of the slice.
struct Tooth {
    x: f32,
    y: f32,
    radius: f32,
}

/// The parts that all slices share.
pub(super) struct Anatomy {
    rows: usize,
    columns: usize,
    /// Soft tissue and air: the same in every slice up to a scale, in HU.
    head: Vec<f32>,
    /// Distance of each pixel from the arch, in fractions of the slice.
    from_arch: Vec<f32>,
    teeth: Vec<Tooth>,
}

impl Anatomy {
    pub(super) fn new(rows: u16, columns: u16, seed: u64) -> Self {
        let (rows, columns) = (usize::from(rows), usize::from(columns));
        let mut noise = Noise::new(seed, 0);
        let teeth = (0..TEETH).map(|index| tooth(index, &mut noise)).collect();
        let mut anatomy = Self {
            rows,
            columns,
            head: Vec::new(),
            from_arch: Vec::new(),
            teeth,
        };
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = anatomy.position(row, column);
                let head = ((x - 0.5) / 0.46).hypot((y - 0.5) / 0.48);
                let shade = 25.0 * (6.0 * x).sin() * (5.0 * y).cos();
                anatomy.head.push(blend(AIR, SOFT + shade, (1.0 - head) * 40.0));
                anatomy.from_arch.push(distance_from_arch(x, y));
            }
        }
        anatomy
    }

    fn position(&self, row: usize, column: usize) -> (f32, f32) {
        (
            (column as f32 + 0.5) / self.columns as f32,
            (row as f32 + 0.5) / self.rows as f32,
        )
    }

    /// The stored values of the slice at `height` (0: lowest, 1: highest), little endian.
    pub(super) fn slice(&self, height: f32, noise: &mut Noise) -> Vec<u8> {
        let mut values = self.head.clone();
        self.jaw(height, &mut values);
        for tooth in &self.teeth {
            self.tooth(tooth, height, &mut values);
        }
        let mut bytes = Vec::with_capacity(values.len() * 2);
        for value in values {
            let stored = (value + NOISE * noise.normal()).round() as i32 - INTERCEPT;
            bytes.extend_from_slice(&(stored.clamp(0, 4095) as u16).to_le_bytes());
        }
        bytes
    }

    /// Mandible below, maxilla above, open between: spongy bone in a denser shell along the arch.
    fn jaw(&self, height: f32, values: &mut [f32]) {
        let thickness = 0.062 * smooth((height - BITE).abs() * 12.0 - 1.0);
        if thickness < 0.01 {
            return;
        }
        for (value, distance) in values.iter_mut().zip(&self.from_arch) {
            let depth = thickness - distance.abs();
            if depth > -0.01 {
                let bone = blend(CORTEX, BONE, (depth - 0.012) * 250.0);
                *value = blend(*value, bone, depth * 300.0 + 0.5);
            }
        }
    }

    /// A tooth narrows towards its root; enamel only at the crown, pulp inside.
    fn tooth(&self, tooth: &Tooth, height: f32, values: &mut [f32]) {
        let from_bite = (height - BITE).abs();
        let radius = tooth.radius * (1.05 - 2.2 * from_bite) * smooth((0.33 - from_bite) * 30.0);
        // A gap of a hair at the bite.
        if radius <= 0.004 || from_bite < 0.004 {
            return;
        }
        let crown = from_bite < 0.12;
        let span = |centre: f32, size: usize| {
            let first = ((centre - radius * 1.2) * size as f32).max(0.0) as usize;
            first..(((centre + radius * 1.2) * size as f32).max(0.0) as usize + 1).min(size)
        };
        for row in span(tooth.y, self.rows) {
            for column in span(tooth.x, self.columns) {
                let (x, y) = self.position(row, column);
                let relative = (x - tooth.x).hypot(y - tooth.y) / radius;
                let shell = if crown { ENAMEL } else { DENTIN };
                let inside = blend(PULP, DENTIN, (relative - 0.22) * 12.0);
                let body = blend(inside, shell, (relative - 0.72) * 12.0);
                let value = &mut values[row * self.columns + column];
                *value = blend(*value, body, (1.0 - relative) * 14.0 + 0.5);
            }
        }
    }
}

fn tooth(index: usize, noise: &mut Noise) -> Tooth {
    let (cx, cy, a, b) = ARCH;
    // From one third molar round the front to the other; molars are the larger ones.
    let along = (index as f32 + 0.5) / TEETH as f32;
    let angle = std::f32::consts::PI * (1.0 + along);
    let molar = (along - 0.5).abs() * 2.0;
    let jitter = 0.004 * (noise.unit() - 0.5);
    Tooth {
        x: cx + (a + jitter) * angle.cos(),
        y: cy + (b + jitter) * angle.sin(),
        radius: 0.026 + 0.013 * molar,
    }
}

/// Signed distance from the upper half of the arch's ellipse, about right near it.
fn distance_from_arch(x: f32, y: f32) -> f32 {
    let (cx, cy, a, b) = ARCH;
    let (u, v) = ((x - cx) / a, (y - cy) / b);
    if v > 0.0 {
        // Behind the last molars the jaw goes on straight back, then ends.
        return ((x - cx).abs() - a).abs().max(v - 0.35);
    }
    (u.hypot(v) - 1.0) * a.min(b)
}

/// 0 below 0, 1 above 1, smooth between.
fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn blend(from: f32, to: f32, t: f32) -> f32 {
    from + (to - from) * smooth(t)
}
