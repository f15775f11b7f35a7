//! Whom one may ask.

use serde::Serialize;
use utoipa::ToSchema;

use super::node::Weekday;
use super::people::Certified;

/// A word of a list, in both languages.
#[derive(Serialize, ToSchema)]
pub struct Named {
    code: String,
    ja: String,
    en: String,
}

/// Part of a day in Japan, in minutes from midnight.
#[derive(Serialize, ToSchema)]
pub struct Span {
    day: Weekday,
    from: u16,
    until: u16,
}

/// Hours that a reading takes.
#[derive(Serialize, ToSchema)]
pub struct Turnaround {
    usual: u16,
    urgent: Option<u16>,
}

/// What somebody says of herself in words.
#[derive(Serialize, ToSchema)]
pub struct Introduction {
    japanese: Option<String>,
    english: Option<String>,
}

/// What somebody offers.
#[derive(Serialize, ToSchema)]
pub struct ProfileView {
    seq: u64,
    kana: Option<String>,
    regions: Vec<Named>,
    modalities: Vec<Named>,
    interests: Vec<Named>,
    other_interests: Vec<String>,
    languages: Vec<Named>,
    hours: Vec<Span>,
    /// Null when she names no hours.
    open_now: Option<bool>,
    turnaround: Option<Turnaround>,
    /// Null when she does not say.
    accepting: Option<bool>,
    accepting_until: Option<String>,
    urgent_phone: Option<String>,
    introduction: Introduction,
    /// Address of the photo.
    photo: Option<String>,
    /// When she is away, now or within two weeks.
    absence: Option<AbsenceView>,
    /// Whose turn it is now in the group for which she stands; empty when she tells no roster.
    on_duty: Vec<Deputy>,
}

/// When somebody is away.
#[derive(Serialize, ToSchema)]
pub struct AbsenceView {
    from: String,
    until: String,
    away_now: bool,
    /// Who stands in and is not away herself, the first to be asked first.
    deputies: Vec<Deputy>,
}

/// Who stands in.
#[derive(Serialize, ToSchema)]
pub struct Deputy {
    fingerprint: String,
    name_ja: String,
    name_latin: String,
    institution: Option<String>,
    may_read: bool,
}

/// A time that is unlike others, seconds since 1970.
#[derive(Serialize, ToSchema)]
pub struct Period {
    from: i64,
    until: i64,
}

/// When somebody of a group is on duty.
#[derive(Serialize, ToSchema)]
pub struct Turn {
    /// Her fingerprint.
    who: String,
    /// At these hours of a usual week.
    #[schema(required = false)]
    hours: Vec<Span>,
    /// In these periods, in which nobody is on duty by the usual week.
    #[schema(required = false)]
    special: Vec<Period>,
}

/// When somebody is away, as she writes it.
#[derive(Serialize, ToSchema)]
pub struct Absence {
    /// Seconds since 1970.
    from: i64,
    /// Seconds since 1970.
    until: i64,
    /// Fingerprints of who stands in, the first to be asked first.
    #[schema(required = false)]
    deputies: Vec<String>,
}

/// Somebody of the directory.
#[derive(Serialize, ToSchema)]
pub struct DirectoryEntry {
    #[serde(flatten)]
    certified: Certified,
    peer_id: Option<String>,
    /// Works at a node to which something can be sealed.
    reachable: bool,
    online: bool,
    /// What she says of herself; null when she never did.
    profile: Option<ProfileView>,
}

/// Whether she takes cases.
#[derive(Serialize, ToSchema)]
pub struct Availability {
    accepting: bool,
    /// Seconds since 1970.
    until: Option<i64>,
}

/// A profile as its owner writes it.
#[derive(Serialize, ToSchema)]
pub struct About {
    kana: Option<String>,
    regions: Vec<String>,
    modalities: Vec<String>,
    interests: Vec<String>,
    other_interests: Vec<String>,
    languages: Vec<String>,
    hours: Vec<Span>,
    turnaround: Option<Turnaround>,
    availability: Option<Availability>,
    urgent_phone: Option<String>,
    introduction: Introduction,
    /// In their order; null when there is none.
    absences: Option<Vec<Absence>>,
    /// Whose turn it is in the group for which she stands.
    roster: Option<Vec<Turn>>,
}

/// A small portrait.
#[derive(Serialize, ToSchema)]
pub struct Photo {
    media_type: String,
    base64: String,
}

/// What the one who is signed in says of herself.
#[derive(Serialize, ToSchema)]
pub struct OwnProfile {
    /// Zero before the first one.
    seq: u64,
    #[schema(nullable = false)]
    issued_at: Option<String>,
    about: About,
    photo: Option<Photo>,
}

/// What somebody says of herself, as it is sent: what is left out is not said any more.
#[derive(Serialize, ToSchema)]
pub struct GivenAbout {
    kana: Option<String>,
    #[schema(nullable = false)]
    regions: Option<Vec<String>>,
    #[schema(nullable = false)]
    modalities: Option<Vec<String>>,
    #[schema(nullable = false)]
    interests: Option<Vec<String>>,
    #[schema(nullable = false)]
    other_interests: Option<Vec<String>>,
    #[schema(nullable = false)]
    languages: Option<Vec<String>>,
    #[schema(nullable = false)]
    hours: Option<Vec<Span>>,
    turnaround: Option<Turnaround>,
    availability: Option<Availability>,
    urgent_phone: Option<String>,
    #[schema(nullable = false)]
    introduction: Option<Introduction>,
    /// In their order; never empty.
    absences: Option<Vec<Absence>>,
    /// Whose turn it is in the group for which she stands.
    roster: Option<Vec<Turn>>,
}
