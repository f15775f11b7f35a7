//! The people of every scene, invented. Their passphrases are test data and protect nothing.

/// A practitioner as she applies to the registry.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id by which she signs in.
    pub id: &'static str,
    /// Her name in Japanese.
    pub name_ja: &'static str,
    /// Her name in Latin letters.
    pub name_latin: &'static str,
    /// The kind of licence: `dentist` or `physician`.
    pub licence: &'static str,
    /// The licence's number.
    pub number: &'static str,
    /// Her reading qualifications, as `dokuei-registry issue practitioner --qualification` takes them.
    pub qualifications: &'static [&'static str],
    /// What protects her key.
    pub passphrase: &'static str,
}

/// An institution that runs a node.
#[derive(Debug, Clone)]
pub struct Institution {
    /// The short name of its folder and in logs.
    pub role: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its institution code (保険医療機関コード).
    pub code: &'static str,
    /// What protects the node's key.
    pub passphrase: &'static str,
}

/// The attending dentist at the clinic.
pub const TANAKA: Person = Person {
    id: "tanaka",
    name_ja: "田中 花子",
    name_latin: "Tanaka Hanako",
    licence: "dentist",
    number: "123456",
    qualifications: &[],
    passphrase: "hare nochi kumori 7 sai",
};

/// The oral radiology specialist who reads.
pub const SUZUKI: Person = Person {
    id: "suzuki",
    name_ja: "鈴木 一郎",
    name_latin: "Suzuki Ichiro",
    licence: "dentist",
    number: "234567",
    qualifications: &["oral-radiology"],
    passphrase: "yama to kawa 12 hon",
};

/// A dentist without a reading qualification.
pub const SATO: Person = Person {
    id: "sato",
    name_ja: "佐藤 次郎",
    name_latin: "Sato Jiro",
    licence: "dentist",
    number: "345678",
    qualifications: &[],
    passphrase: "umi no mieru oka 3",
};

/// The clinic that asks.
pub const CLINIC: Institution = Institution {
    role: "clinic",
    name: "さくら歯科クリニック",
    code: "1312345",
    passphrase: "sakura node 2026 kagi",
};

/// The hospital department that reads.
pub const HOSPITAL: Institution = Institution {
    role: "specialist",
    name: "みなと大学病院 歯科放射線科",
    code: "1354321",
    passphrase: "minato node 2026 kagi",
};

/// What protects the registry's issuing keys.
pub const REGISTRY_PASSPHRASE: &str = "touroku kyoku no kagi 5";
