//! Texts of `--help` besides the list of commands and options.

/// Above the list, in `--help`.
pub(super) const LEAD: &str = "\
See any Cloudflare image from your terminal: its details, its variants, its pixels.

cfimg only reads: it needs no more than the permission Images Read.
With no command it opens the program, on whose screen `?` shows every key.";

/// After the options of `list`.
pub(super) const LIST: &str = "\
Words of --filter, all of which must hold:
  signed:  public:  unknown:  needs signed URLs, needs none, or the API does not say
  creator:NAME                the creator begins with NAME
  before:DATE  after:DATE     uploaded before DATE begins, or since; 2026, 2026-01 or 2026-01-31
  meta.KEY:VALUE              the metadata at KEY begins with VALUE, or is that number
  meta.KEY:                   there is metadata at KEY
  \"two words\"                 both with the space between, in file name, ID, creator or metadata
  anything else               likewise; `signed`, `public` and `unknown` find the access too
  -WORD                       not what WORD finds
A value in double quotes may hold spaces, and must be met whole: creator:\"Jane Doe\".

The API itself looks for --creator and --meta, which is quicker. A KEY of --meta may end with one of
the API's operators: --meta 'priority[gte:number]=8'.
Case counts where a word has a capital; accents count where they are typed.
Columns are aligned on a terminal, where access has a mark; elsewhere a tab is between them:
`cut -f3` gives the IDs.
An image that the API gives twice is printed once, unless ten thousand others are in between.";

/// After the options of `check`.
pub(super) const CHECK: &str = "\
Prints `public`, `signed`, `unknown` or `draft`, the ID and the file name: aligned and with a mark
on a terminal, elsewhere separated by tabs. --verify asks the delivery host for the plain URL, and
adds a second column: `open`, `closed` (code 9425, or 401 or 403 without a code), `unchecked` (a
draft), or `failed`, for which standard error gives the reason.

--json prints an object per image with id, access (the words above), filename and draft; --verify
adds delivery, with result (the words above), variant, and error if it failed.
--quiet prints nothing at all, but for errors that keep it from starting.

Exit codes: 10 if an image needs signed URLs; 1 if one is unknown or a draft, or if --verify finds
one whose flag and delivery differ; that of the failure if one could not be fetched or verified.
The first failure counts, and outranks 10.";

/// After the options of `url`.
pub(super) const URL: &str = "\
The plain URL of an image that needs signed ones is refused: add --sign, or --unsigned.
`cfimg url - --sign < ids.txt` gives a URL a line. A signed URL lets in whoever has it.
A srcset holds the variants that show what the chosen one shows: those in the picture's own shape, or
those of its fit and the shape of its box. Sizes that the account's options do not make certain are
measured: the first bytes of the pictures are fetched.";

/// After the options of `explain`.
pub(super) const EXPLAIN: &str = "\
The signature is checked with the key in CLOUDFLARE_IMAGES_SIGNING_KEY, that of the settings, or
the account's. The image is not fetched.

--json prints an object per URL with host, custom_domain, hash, image, custom_id, variant, flexible,
signature (none, good, bad, unchecked), key, reason (why it is bad), expires (a date or never),
expired, other_parameters (names) and notes.

Exit codes: 0 where nothing is wrong with the URL; 4 where its signature is bad, has expired, or
other parameters stand beside it; 1 where it has parameters but no signature; where no key can be
had, that of what went wrong.";

/// After everything, in `-h`.
pub(super) const SHORT: &str = "\
No account at hand? `cfimg demo` shows everything. More: `cfimg --help`, `cfimg COMMAND --help`";

/// After everything, in `--help`.
pub(super) const LONG: &str = "\
Examples:
  cfimg demo                          look around, no account needed
  cfimg 107b9558-dd06-4bbd-5fef-9c2c16bb7900
  cfimg show https://imagedelivery.net/HASH/ID/hero
  cfimg show ID --json | jq .meta
  cfimg check - < ids.txt             access, ID and file name, a line each
  cfimg copy ID thumbnail
  cfimg url ID hero --sign=7d         a signed URL that opens for a week
  cfimg url ID w=400,fit=cover --as html
  cfimg check --all --verify          what the flag says, and what the world sees
  cfimg explain 'https://imagedelivery.net/…?exp=…&sig=…'
  cfimg view ID hero                  the picture, here
  cfimg save ID                       the original, into a file
  cfimg list --filter 'signed: logo'  all that need signed URLs, and have these letters somewhere
  cfimg -- show                       an image called like a command

Environment:
  CLOUDFLARE_API_TOKEN                a token with the permission Images Read
  CLOUDFLARE_ACCOUNT_ID               the account; may be left out where the token sees one
  CLOUDFLARE_EMAIL, CLOUDFLARE_API_KEY
                                      the older global key, used where there is no token
  CLOUDFLARE_BASE_URL                 another API address (see `cfimg demo --serve`)
  CF_API_TOKEN, CF_ACCOUNT_ID, CF_EMAIL, CF_API_KEY, CLOUDFLARE_API_BASE_URL
                                      other names for the same, read where those above are not set
  CLOUDFLARE_IMAGES_SIGNING_KEY       the key that signs URLs; without it the account's
  CFIMG_CONFIG                        another file than config.toml, for settings
  CFIMG_NO_HISTORY                    set to anything, it does what --no-history does
  CFIMG_NO_INDEX                      set to anything, it does what --no-index does
  CFIMG_NO_MOUSE                      set to anything, it does what --no-mouse does
  CFIMG_PICTURE                       does what --picture does, where that is not given
  CFIMG_THEME                         does what --theme does, where that is not given
  CFIMG_MARKS                         the marks of access: auto, unicode, ascii
  NO_COLOR                            no colours

Exit codes:
   0  done
   1  any other failure
   2  wrong usage, or text that cannot be an image ID
   3  no such image or variant
   4  credentials or permission
   5  network, rate limit, or an answer that is not the API's
  10  `check` found an image that needs signed URLs
With several images all are tried; the code is that of the first failure.";
