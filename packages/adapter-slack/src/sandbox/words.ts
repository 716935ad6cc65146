/** First names of many places: nobody's is the exception. */
export const givenNames: readonly string[] = [
  'Abena',
  'Aïcha',
  'Amélie',
  'Ángel',
  'Anjali',
  'Åsa',
  'Björn',
  'Chidi',
  'Dakota',
  'Đorđe',
  'Élodie',
  'Fatima',
  'Grace',
  'Haruto',
  'Íñigo',
  'Jean-Luc',
  'Kofi',
  'Łukasz',
  'Marie-Ève',
  'Mateo',
  'Ngozi',
  'Nokomis',
  'Oluwaseun',
  'Pádraig',
  'Renée',
  'Søren',
  'Şule',
  'Thandiwe',
  'Wei',
  'Zoë',
  'محمد',
  'נועה',
  '美咲',
  'Мария',
  'प्रिया',
  'Sunny ☀️',
  "D'Arcy",
]

/** Family names. */
export const familyNames: readonly string[] = [
  'Adeyemi',
  'Bélanger',
  'Çelik',
  'Chen',
  'Côté',
  'Dąbrowska',
  'Diallo',
  'Đặng',
  'Eriksson',
  'Fernández',
  'Gagnon',
  'García',
  'Hansen',
  'Ibrahim',
  'Johnson',
  'Kaur',
  'Kim',
  'Lévesque',
  'Mbeki',
  'Müller',
  'Nakamura',
  'Nguyễn',
  'Núñez',
  "O'Connor",
  'Okafor',
  'Öztürk',
  'Roy',
  'Singh',
  'Smith',
  'St-Pierre',
  'Tremblay',
  'Wójcik',
  'العلي',
  'כהן',
  '田中',
  'van der Berg',
]

/** What people do. */
export const titles: readonly string[] = [
  '',
  'Shop steward',
  'Organizer',
  'Local president',
  'Trésorière',
  'Grievance officer',
  'Health & safety rep',
  'Bargaining committee',
]

/** Channels by name; more are counted up. */
export const channelNames: readonly string[] = [
  'general',
  'random',
  'bargaining-2026',
  'grievances',
  'health-and-safety',
  'membership',
  'comité-exécutif',
  'social',
  'stewards',
  'local-400',
  'événements',
  'training',
  'press',
  'strike-fund',
  'pensions',
  'it-help',
]

/** What people write, as the vendor escapes it: `&amp;`, `&lt;`, `&gt;`, mentions and links in angle brackets. */
export const sentences: readonly string[] = [
  'Meeting moved to 14:30, same room.',
  'Can somebody look at grievance 2281 before Friday?',
  'Merci à tout le monde pour hier soir :tada:',
  'Terms &amp; conditions: they offer &lt;2 %, we said &gt;4 %.',
  'Overtime ban starts Monday. Please confirm your shifts.',
  'اجتماع اليوم الساعة الثالثة في القاعة الكبرى',
  'הישיבה נדחתה ליום שלישי 📅',
  '来週の研修資料を共有します。',
  'See <https://example.com/agenda?week=12|the agenda>',
  'Solidarity ✊🏽✊🏿 from the whole shift 👩🏽‍🏭',
  'Ratification vote: 87 % in favour 🎉',
  '*Reminder*: dues are collected on the 15th.\n• part time: half\n• on leave: none',
  'Zażółć gęślą jaźń – czy ktoś ma klucz?',
  '`POST /roster` fails again :slightly_frowning_face:',
  'ok',
  '👍',
]

/** What bots write. */
export const notices: readonly string[] = [
  'Build #4812 passed.',
  'New form response: membership application',
  'Calendar: *Executive board* in 15 minutes',
  'Le quorum est atteint (42/60).',
]

/** Reactions by name. */
export const reactionNames: readonly string[] = [
  'thumbsup',
  'tada',
  'eyes',
  'white_check_mark',
  'raised_fist::skin-tone-4',
  'heart',
]

/** A kind of file that people share. */
export interface FileKind {
  readonly name: string
  readonly mimetype: string
  readonly filetype: string
  readonly prettyType: string
  readonly mode: 'hosted' | 'snippet' | 'space' | 'external'
}

/** Kinds of files. */
export const fileKinds: readonly FileKind[] = [
  { name: 'agenda.pdf', mimetype: 'application/pdf', filetype: 'pdf', prettyType: 'PDF', mode: 'hosted' },
  { name: 'picket line.jpg', mimetype: 'image/jpeg', filetype: 'jpg', prettyType: 'JPEG', mode: 'hosted' },
  {
    name: 'ancienneté.xlsx',
    mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    filetype: 'xlsx',
    prettyType: 'Excel Spreadsheet',
    mode: 'hosted',
  },
  { name: 'roster.py', mimetype: 'text/plain', filetype: 'python', prettyType: 'Python', mode: 'snippet' },
  {
    name: 'Bargaining notes',
    mimetype: 'application/vnd.slack-docs',
    filetype: 'quip',
    prettyType: 'Canvas',
    mode: 'space',
  },
  { name: 'Proposal v3', mimetype: 'text/plain', filetype: 'gdoc', prettyType: 'GDocs Document', mode: 'external' },
  {
    name: 'محضر الاجتماع.docx',
    mimetype: 'application/msword',
    filetype: 'docx',
    prettyType: 'Word Document',
    mode: 'hosted',
  },
  { name: '団体交渉.png', mimetype: 'image/png', filetype: 'png', prettyType: 'PNG', mode: 'hosted' },
]
