// People and firms of many places: accents, apostrophes, right-to-left scripts, scripts without capitals, emoji.
/** Given names of customers. */
export const givenNames: readonly string[] = [
  'Aïcha',
  'Béatrice',
  'Ciarán',
  'Đorđe',
  'Emeka',
  'Fatima',
  'Gökçe',
  'Hélène',
  'Íñigo',
  'Jürgen',
  'Kwame',
  'Łucja',
  'Marie-Ève',
  'Nguyệt',
  'Oluwaseun',
  'Pádraig',
  'Renée',
  'Søren',
  'Thérèse',
  'Ürün',
  'William',
  'Yuki',
  'Zoë 🌻',
  'محمد',
  'נועה',
  '美咲',
  '민준',
  'Юлія',
  'प्रिया',
]
/** Family names of customers. */
export const familyNames: readonly string[] = [
  "O'Connor",
  'Bélanger',
  'Çelik',
  'Dąbrowska',
  'Estévez',
  'Fortin',
  'Guðmundsdóttir',
  'Haddad',
  'Ivanović',
  'Kaur',
  'Lefèbvre',
  'MacDonald',
  'Nguyễn',
  "Ó'Súilleabháin",
  'Pelletier',
  'Quirós',
  'Roy',
  'Šimůnek',
  'Tremblay',
  'Virtanen',
  'Weiß',
  'Zając',
  'العلي',
  'כהן',
  '田中',
  'van der Berg',
  'Null',
]
/** Names of firms, for customers and vendors. */
export const firmNames: readonly string[] = [
  'Northern Works Ltd.',
  'Coopérative du Fjord',
  'Łoś & Sons',
  'Brick "n" Mortar',
  'Straßenbau Süd GmbH',
  'Café ☕ Central',
  'Local 401 Health & Welfare Trust',
  'Piñata Events',
  'Åkesson Logistik AB',
  "Dominique's Catering",
  'Rail/Road Haulage',
  'Maple 🍁 Printing',
  '東京商事',
  'Sunrise Cleaning Co.',
  'Ateliers de l’Île',
]
/** Streets, to be put after a number. */
export const streets: readonly string[] = [
  'rue Saint-Denis',
  'King Street W',
  'Elm Court',
  'Chemin de la Côte-des-Neiges',
  'Główna',
  'N Locust Avenue',
]
/** Cities with a province and a postal code. */
export const cities: readonly (readonly [string, string, string])[] = [
  ['Montréal', 'QC', 'H2X 1Y4'],
  ['Toronto', 'ON', 'M5V 2T6'],
  ['Halifax', 'NS', 'B3J 1S9'],
  ['Vancouver', 'BC', 'V6B 1A1'],
  ['Iqaluit', 'NU', 'X0A 0H0'],
]
/** Goods and services. */
export const itemNames: readonly string[] = [
  'Consulting',
  'Membership dues',
  'Hall rental',
  'Printing – posters',
  'Café supplies',
  'Training day',
  'Strike fund levy',
  'Équipement de sécurité',
]
/** What people write on a line. */
export const lineTexts: readonly string[] = [
  'March dues, local 12',
  'Réunion du comité',
  'Per diem\n2 nights',
  'Badges 🎫 and banners',
  'As agreed by phone',
  '"Rush" order',
]
/** Notes that only the company sees. */
export const privateNotes: readonly string[] = [
  'Called twice',
  'Voir le courriel du 3 mars',
  'Approved by the treasurer ✅',
  'Opening Balance',
]
