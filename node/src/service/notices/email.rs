//! Giving a letter to the mail server of the house: always over TLS, from the first byte or after STARTTLS.

use std::io;
use std::time::Duration;

use dokuei_notice::Letter;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport};

use super::outlets::{Security, Smtp};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);

impl Smtp {
    /// Gives the letter to the server; why it was not taken, otherwise.
    pub(super) fn send(&self, to: &str, letter: &Letter, id: &str) -> Result<(), String> {
        let message = self.message(to, letter, id)?;
        let server = self.server().map_err(|error| error.to_string())?;
        match server.send(&message) {
            Ok(_) => Ok(()),
            Err(error) => Err(with_causes(&error)),
        }
    }

    fn message(&self, to: &str, letter: &Letter, id: &str) -> Result<Message, String> {
        let mailbox = |text: &str| {
            text.parse()
                .map_err(|_| "an e-mail address is not understood".to_owned())
        };
        let mut message = Message::builder()
            .from(mailbox(&self.from)?)
            .to(mailbox(to)?)
            .subject(&letter.subject)
            // The same for what is sent again, so that a mailbox can tell.
            .message_id(Some(format!("<{id}@dokuei.invalid>")))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| error.to_string())?;
        // RFC 3834: no vacation notice comes back.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }

    fn server(&self) -> Result<SmtpTransport, lettre::transport::smtp::Error> {
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authorities {
            tls = tls.certificate_store(CertificateStore::None);
            for authority in certificates(pem) {
                tls = tls.add_root_certificate(Certificate::from_pem(authority.as_bytes())?);
            }
        }
        let tls = tls.build_rustls()?;
        let tls = match self.security {
            Security::Tls => Tls::Wrapper(tls),
            // Refused when the server does not offer it: never in the clear.
            Security::Starttls => Tls::Required(tls),
        };
        let mut server = SmtpTransport::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            // Nothing about this machine.
            .hello_name(ClientId::Domain("dokuei.invalid".to_owned()))
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = self.user.as_ref().zip(self.password.as_ref()) {
            server = server.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(server.build())
    }
}

/// The certificates of a PEM text, one each.
fn certificates(pem: &str) -> impl Iterator<Item = String> + '_ {
    const END: &str = "-----END CERTIFICATE-----";
    pem.split_inclusive(END)
        .filter(|part| part.contains("-----BEGIN CERTIFICATE-----"))
        .map(|part| format!("{}\n", part.trim()))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if let Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) = kind {
            return "the mail server does not answer".to_owned();
        }
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_by_whom_it_was_made_and_holds_one_address() {
        let smtp = Smtp {
            host: "mail.example.jp".to_owned(),
            port: 465,
            security: Security::Tls,
            from: "Dokuei <dokuei@example.jp>".to_owned(),
            user: None,
            password: None,
            authorities: None,
        };
        let letter = Letter {
            subject: "お知らせ".to_owned(),
            text: "- 読影報告書が届いています。\n".to_owned(),
        };
        let message = smtp.message("yamada@example.jp", &letter, "7.1.ab").unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(text.contains("Message-ID: <7.1.ab@dokuei.invalid>\r\n"), "{text}");
        assert_eq!(message.envelope().to().len(), 1);
        assert!(
            smtp.message("yamada@example.jp, x@example.jp", &letter, "7")
                .is_err()
        );
        let two = "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates(&two.repeat(2)).count(), 2);
    }
}
