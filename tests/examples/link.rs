//! A link to try programs on by hand: `cargo run -p dokuei-tests --example link -- metro|far|island`.
//!
//! Prints the namespaces and addresses of its two hosts and keeps them until its standard input ends:
//! `ip netns exec NAMESPACE PROGRAM …` runs a program on one.

use anyhow::{Result, bail};
use dokuei_tests::link::{Link, Links};

fn main() -> Result<()> {
    let link = match std::env::args().nth(1).as_deref() {
        Some("lan") => Link::LAN,
        Some("metro") => Link::METRO,
        Some("far") => Link::FAR,
        Some("island") => Link::ISLAND,
        _ => bail!("link lan|metro|far|island"),
    };
    let mut links = Links::new()?;
    let (near, far) = (links.host("near")?, links.host("far")?);
    let wire = links.link(&near, &far, link)?;
    println!("{} {}", near.namespace(), wire.near());
    println!("{} {}", far.namespace(), wire.far());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    println!("{:?}", wire.counts());
    Ok(())
}
