//! Time stamps of RFC 3161: requests, and what replies say. Signatures are not checked here; `openssl ts -verify`
//! does that.
//!
//! The structures are those of RFC 3161, section 2.4. The time is read by hand, because the
//! `GeneralizedTime` of DER's subset in RFC 5280 has no fractions of seconds, and time stamps may.

use cms::cert::x509::ext::Extensions;
use cms::cert::x509::ext::pkix::name::GeneralName;
use cms::cert::x509::spki::AlgorithmIdentifier;
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::{Any, BitString, Int, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::hashing::hexadecimal;
use crate::paths::one_line;

/// Longest reply in bytes: with the certificates and revocation lists that some authorities put in, it has some 10,000.
const LONGEST: usize = 1 << 20;

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

#[derive(Clone, Debug, Sequence)]
struct TimeStampReq {
    version: u8,
    message_imprint: MessageImprint,
    #[asn1(optional = "true")]
    req_policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    cert_req: bool,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifier<Any>,
    hashed_message: OctetString,
}

#[derive(Clone, Debug, Sequence)]
struct TimeStampResp {
    status: PkiStatusInfo,
    #[asn1(optional = "true")]
    time_stamp_token: Option<ContentInfo>,
}

#[derive(Clone, Debug, Sequence)]
struct PkiStatusInfo {
    status: u8,
    #[asn1(optional = "true")]
    status_string: Option<Vec<String>>,
    #[asn1(optional = "true")]
    fail_info: Option<BitString>,
}

#[derive(Clone, Debug, Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    gen_time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<GeneralName>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u64>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<i16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<i16>,
}

/// The hash that a time stamp is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Imprint {
    pub(super) algorithm: ObjectIdentifier,
    hash: Vec<u8>,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) imprint: Imprint,
    /// A random number that the reply must repeat.
    nonce: Option<Vec<u8>>,
}

/// What a reply says.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) imprint: Imprint,
    nonce: Option<Vec<u8>>,
    /// When the authority says that it saw the hash.
    pub(super) time: Timestamp,
    /// What the authority calls itself, if the reply says so.
    pub(super) authority: Option<String>,
}

impl Imprint {
    /// That of `content`; none if the algorithm is not known.
    pub(super) fn of(algorithm: ObjectIdentifier, content: &[u8]) -> Option<Self> {
        let hash = match algorithm {
            SHA_256 => Sha256::digest(content).to_vec(),
            SHA_384 => Sha384::digest(content).to_vec(),
            SHA_512 => Sha512::digest(content).to_vec(),
            _ => return None,
        };
        Some(Self { algorithm, hash })
    }

    /// Name of the algorithm, and the hash in hexadecimal.
    pub(super) fn shown(&self) -> (&'static str, String) {
        let name = match self.algorithm {
            SHA_256 => "SHA-256",
            SHA_384 => "SHA-384",
            SHA_512 => "SHA-512",
            _ => "an unknown hash",
        };
        (name, hexadecimal(&self.hash))
    }
}

impl From<MessageImprint> for Imprint {
    fn from(imprint: MessageImprint) -> Self {
        let hash = imprint.hashed_message.as_bytes().to_vec();
        Self { algorithm: imprint.hash_algorithm.oid, hash }
    }
}

impl Request {
    /// Reads a request, or gives nothing if it is none.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let request = TimeStampReq::from_der(der).ok()?;
        let nonce = request.nonce.map(|nonce| nonce.as_bytes().to_vec());
        Some(Self { imprint: request.message_imprint.into(), nonce })
    }

    /// A request in DER for a time stamp of `content` (SHA-256), with the authority's certificate in the reply.
    pub(super) fn make(content: &[u8], nonce: u64) -> Result<Vec<u8>, der::Error> {
        // Positive and of full length, so that DER needs neither a sign nor fewer bytes.
        let nonce = (nonce & (u64::MAX >> 1) | (1 << 62)).to_be_bytes();
        let request = TimeStampReq {
            version: 1,
            message_imprint: MessageImprint {
                hash_algorithm: AlgorithmIdentifier {
                    oid: SHA_256,
                    parameters: Some(Any::encode_from(&Null)?),
                },
                hashed_message: OctetString::new(Sha256::digest(content).to_vec())?,
            },
            req_policy: None,
            nonce: Some(Int::new(&nonce)?),
            cert_req: true,
            extensions: None,
        };
        request.to_der()
    }
}

impl Reply {
    /// Reads a reply, or gives nothing if it is none or longer than any is.
    ///
    /// # Errors
    /// What is wrong with it, in words: the authority refused, or it holds no time stamp that can be read.
    pub(super) fn parse(der: &[u8]) -> Option<Result<Self, String>> {
        if der.len() > LONGEST {
            return None;
        }
        Some(Self::read(TimeStampResp::from_der(der).ok()?))
    }

    fn read(reply: TimeStampResp) -> Result<Self, String> {
        let PkiStatusInfo { status, status_string, .. } = reply.status;
        // 0 and 1 are `granted` and `grantedWithMods`.
        let Some(token) = reply.time_stamp_token.filter(|_| status <= 1) else {
            let said = status_string.unwrap_or_default().join("; ");
            let said = if said.is_empty() { "no reason given" } else { &said };
            return Err(one_line(format!("the authority granted no time stamp: {said}")));
        };
        let odd = |error: der::Error| one_line(format!("its time stamp cannot be read: {error}"));
        let signed: SignedData = token.content.decode_as().map_err(odd)?;
        let content = signed.encap_content_info.econtent.ok_or("its time stamp is empty")?;
        let info = TstInfo::from_der(content.value()).map_err(odd)?;
        let authority = match info.tsa {
            Some(GeneralName::DirectoryName(name)) => Some(one_line(name)),
            _ => None,
        };
        let time = time(&info.gen_time).ok_or("the time in it cannot be read")?;
        let nonce = info.nonce.map(|nonce| nonce.as_bytes().to_vec());
        Ok(Self { imprint: info.message_imprint.into(), nonce, time, authority })
    }

    /// Whether it replies to `request`.
    pub(super) fn answers(&self, request: &Request) -> bool {
        let nonce = request.nonce.is_none() || request.nonce == self.nonce;
        nonce && request.imprint == self.imprint
    }
}

/// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161, section 2.4.2).
fn time(value: &Any) -> Option<Timestamp> {
    if value.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(value.value()).ok()?;
    let (date, clock) = text.split_at_checked(8)?;
    let (seconds, fraction) = clock.split_at_checked(6)?;
    if !(date.bytes().chain(seconds.bytes())).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    let (hour, minute, second) = (&seconds[..2], &seconds[2..4], &seconds[4..]);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_back_and_is_of_its_content_only() {
        let request = Request::parse(&Request::make(b"list", 5).unwrap()).unwrap();
        let of = |content| Imprint::of(request.imprint.algorithm, content).unwrap();
        assert!(request.imprint == of(b"list") && request.imprint != of(b"lost"));
        assert_eq!(request.imprint.shown().0, "SHA-256");
        assert!(Request::parse(b"list").is_none());
        assert!(Reply::parse(b"list").is_none());
    }

    #[test]
    fn times_may_have_fractions_of_seconds() {
        let value = |text: &str| Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap();
        let read = |text: &str| time(&value(text)).map(|time| time.to_string());
        assert_eq!(read("20260301120000Z").as_deref(), Some("2026-03-01T12:00:00Z"));
        assert_eq!(read("20260301120000.25Z").as_deref(), Some("2026-03-01T12:00:00.25Z"));
        for bad in ["", "2026", "20260301120000", "20261301120000Z", "2026030112000xZ"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
