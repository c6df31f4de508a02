//! Why a message cannot be said in another revision.

use crate::error::RpcError;

/// What is wrong with a message that was to be translated.
///
/// What a server got wrong is answered with `-32603`, what a client got wrong with `-32602`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// `initialize` without a version, or with capabilities that are no object.
    #[error("params must hold protocolVersion and capabilities")]
    Opening,
    /// An answer to `initialize` or `server/discover` that does not say what it must.
    #[error("the server does not say which version and capabilities it has")]
    Discovery,
    /// The result is no object.
    #[error("the server's result is not an object")]
    ResultShape,
    /// A response with an error where a result was expected, or the reverse.
    #[error("the server's response is not what was asked for")]
    Outcome,
    /// A `resultType` that is neither `complete` nor `input_required` (P-042).
    #[error("the server's result is of an unknown type")]
    ResultType,
    /// `input_required` in answer to a method that must not be answered so.
    #[error("the server asks for input where it must not")]
    InputRefused,
    /// Input is required and neither questions nor a state are given.
    #[error("the server asks for input without saying which")]
    InputMissing,
    /// A question that is no elicitation, sampling or roots request.
    #[error("the server asks for input in a way that the protocol does not have")]
    InputMethod,
    /// A question whose parameters are not those of its method.
    #[error("the server asks for input with malformed parameters")]
    InputParams,
    /// More questions at once than anybody answers.
    #[error("the server asks for too much input at once")]
    InputCount,
    /// A question that the client's revision has no words for (P-036).
    #[error("the server asks for input that the client's revision does not have")]
    InputRevision,
    /// `inputResponses`, `requestState` or an answer in it is malformed.
    #[error("inputResponses or requestState is malformed")]
    Answer,
    /// A filter of `subscriptions/listen` that is malformed or asks for too many resources.
    #[error("notifications must say which changes to listen for")]
    Filter,
    /// A list of tools without a list, or with a tool without a name.
    #[error("the server's list of tools is malformed")]
    Tools,
}

impl Fault {
    /// What the caller is told.
    pub fn to_error(self) -> RpcError {
        match self {
            Self::Opening | Self::Answer | Self::Filter => RpcError::invalid_params(&self),
            Self::Discovery
            | Self::ResultShape
            | Self::Outcome
            | Self::ResultType
            | Self::InputRefused
            | Self::InputMissing
            | Self::InputMethod
            | Self::InputParams
            | Self::InputCount
            | Self::InputRevision
            | Self::Tools => RpcError::internal(capitalised(&self)),
        }
    }
}

fn capitalised(fault: &Fault) -> String {
    let text = fault.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn whose_fault_it_is_decides_the_code() {
        for (fault, code) in [
            (Fault::Opening, Code::InvalidParams),
            (Fault::Answer, Code::InvalidParams),
            (Fault::Filter, Code::InvalidParams),
            (Fault::ResultType, Code::Internal),
            (Fault::InputMethod, Code::Internal),
        ] {
            assert_eq!(fault.to_error().code(), code, "{fault}");
        }
        let message = "The server's result is of an unknown type";
        assert_eq!(Fault::ResultType.to_error().message(), message);
    }
}
