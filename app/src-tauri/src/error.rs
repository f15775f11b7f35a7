//! Why the window cannot show a node, in one sentence a language.

use std::io;
use std::path::PathBuf;

/// Why the window cannot show a node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StartError {
    /// `--data-dir` without a value.
    #[error("--data-dir needs a directory after it")]
    NoDataDir,
    /// An argument that we do not know.
    #[error("{0:?} is not an argument of this program; see --help")]
    UnknownArgument(String),
    /// A link that is none of ours. It is not repeated: a stranger wrote it.
    #[error(
        "the link is not one of Dokuei's, which look like dokuei://case/ and 32 digits; open the work list instead"
    )]
    BadLink,
    /// The program `dokuei` is nowhere.
    #[error("the program `dokuei` was not found at {}; install it beside this one or set DOKUEI_BIN", .0.display())]
    NodeMissing(PathBuf),
    /// The operating system refused to start it.
    #[error("the node could not be started: {0}")]
    NodeRefused(#[source] io::Error),
    /// It ended before it listened.
    #[error("the node stopped while starting; what it said is below")]
    NodeStopped {
        /// The end of what it wrote to standard error.
        said: String,
    },
    /// It did not listen in time.
    #[error("the node did not answer within {0} seconds; close this window and look at `dokuei status`")]
    NodeSilent(u64),
    /// `api.json` names an address that is not on this machine.
    #[error(
        "api.json names {0:?}, which is not a loopback address of this machine; remove it and start again"
    )]
    NotLoopback(String),
}

impl StartError {
    /// The same sentence in Japanese.
    pub(crate) fn japanese(&self) -> String {
        match self {
            Self::NoDataDir => "--data-dir の後にディレクトリを指定してください。".to_owned(),
            Self::UnknownArgument(argument) => {
                format!("{argument:?} という引数はありません。--help をご覧ください。")
            }
            Self::BadLink => {
                "リンクの形式が正しくありません（dokuei://case/ と32桁）。一覧から相談をお開きください。"
                    .to_owned()
            }
            Self::NodeMissing(path) => format!(
                "プログラム dokuei が {} に見つかりません。このプログラムと同じ場所に置くか、DOKUEI_BIN で指定してください。",
                path.display()
            ),
            Self::NodeRefused(error) => format!("ノードを起動できませんでした（{error}）。"),
            Self::NodeStopped { .. } => {
                "ノードが起動の途中で停止しました。下の理由をご確認ください。".to_owned()
            }
            Self::NodeSilent(seconds) => {
                format!(
                    "ノードが {seconds} 秒以内に応答しませんでした。この窓を閉じ、dokuei status で確認してください。"
                )
            }
            Self::NotLoopback(address) => format!(
                "api.json のアドレス {address:?} はこの端末のものではありません。api.json を削除して起動し直してください。"
            ),
        }
    }

    /// What the node itself wrote before it stopped; may be empty.
    pub(crate) fn said(&self) -> &str {
        match self {
            Self::NodeStopped { said } => said,
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_one_sentence_in_both_languages() {
        let errors = [
            StartError::NoDataDir,
            StartError::UnknownArgument("-x".to_owned()),
            StartError::BadLink,
            StartError::NodeMissing(PathBuf::from("/opt/dokuei")),
            StartError::NodeRefused(io::Error::other("permission denied")),
            StartError::NodeStopped {
                said: "wrong passphrase".to_owned(),
            },
            StartError::NodeSilent(60),
            StartError::NotLoopback("http://192.0.2.1/".to_owned()),
        ];
        for error in errors {
            assert!(!error.to_string().contains('\n'), "{error}");
            assert!(error.japanese().ends_with('。'), "{error}");
        }
    }

    #[test]
    fn only_a_stopped_node_has_said_something() {
        assert_eq!(
            StartError::NodeStopped {
                said: "port in use".to_owned()
            }
            .said(),
            "port in use"
        );
        assert_eq!(StartError::NoDataDir.said(), "");
    }
}
