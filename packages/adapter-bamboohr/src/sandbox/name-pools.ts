/** A name, and what an address clerk would make of it in plain letters. */
export interface PooledName {
  readonly name: string
  readonly slug: string
}

// People of many places, so that nobody's name is the exception: accents, apostrophes, spaces, right-to-left scripts,
// scripts without capitals, and names that people decorate with emoji.
const GIVEN = `
Abena Adaeze Agnieszka Aïcha Aiko Alejandra Amélie Aminata Anaïs Ángel Anh Anjali Åsa Ashley Aurélie Ayşe Beatriz Björn
Bríd Carlos Céline Chidi Chloë Ciarán Dakota Daniel Deepika Diego Đorđe Duygu Eamon Elif Élodie Emeka Ewa Fatima Fionnuala
Françoise Frédéric George Giulia Gökçe Grace Hanna Haruto Hélène Hiro Hồng Ignacio Ikenna Inès Íñigo Isabel Ivana Jacques
James Jana Jean-Luc Jennifer Jérôme João José Jürgen Kaito Karolína Kateřina Kofi Kwame Lakshmi Łukasz Lê Leila Liam Lucía
Mahamadou Małgorzata Marcel Marie-Ève Márta Mary Mateo Mehmet Mehwish Michael Mikołaj Miyu Mónica Nadia Naïm Ngozi Nguyệt
Niamh Noah Nokomis Núria Océane Oğuz Olufemi Oluwaseun Pádraig Patricia Pierre Quỳnh Raúl Renée Robert Róisín Sadio Samuel
Sanjay Seán Siobhán Søren Şule Tadeusz Takumi Thandiwe Thérèse Tomáš Ugochukwu Ürün Valérie Victoria Wanjiru Wei William
Xiomara Yaw Yuki Zainab Zoë Zuzanna
`
const GIVEN_OTHER = [
  'محمد',
  'فاطمة',
  'يوسف',
  'נועה',
  'אברהם',
  'علی رضا',
  '美咲',
  '伟',
  '민준',
  'Мария',
  'Юлія',
  'Αλέξανδρος',
  'प्रिया',
  'Mary Ann',
  'Anna Sofía de la Luz',
  'Sunny ☀️',
  'Zoë 🏳️‍🌈',
  "D'Arcy",
]
const FAMILY = `
Abdi Achterberg Adams Adeyemi Aguilar Ahmed Andersson Araújo Asante Åkesson Balogun Bélanger Bianchi Bouchard Brown Brzęczyszczykiewicz
Çelik Chaudhry Chen Côté Cruz Dąbrowska Deschênes Diallo Dubois Đặng Eriksson Estévez Fernández Fitzgerald Fortin Gagné Gagnon
García Gauthier González Grgić Grünberg Guðmundsdóttir Gutiérrez Haddad Hansen Hébert Hernández Ibáñez Ibrahim Ivanović Jackson Jensen
Jiménez Johnson Kaczmarek Kamara Kaur Keïta Khan Kim Kovačević Lefèbvre Lévesque Łoś López MacDonald Mahlangu Martinez Mbeki
McAllister Mensah Müller Muñoz Nakamura Ndiaye Nguyễn Ńdębska Novák Núñez Nwosu Obiang Okafor Ó'Súilleabháin O'Connor Öztürk
Pelletier Pérez Peeters Phạm Poirier Quirós Ramírez Rodríguez Rosenberg Roy Sánchez Schröder Silva Singh Šimůnek Smith Sørensen St-Pierre
Takahashi Tanaka Tessier Thériault Tremblay Trần Turgeon Ünal Vasquez Virtanen Wang Weiß Williams Wiśniewski Wójcik Yılmaz Zając Zhang
`
const FAMILY_OTHER = [
  'العلي',
  'بن سعيد',
  'כהן',
  'رضایی',
  '田中',
  '王',
  '김',
  'Иванова',
  'Шевченко',
  'Παπαδόπουλος',
  'शर्मा',
  'van der Berg',
  'de los Ángeles Montero',
  'Featherstonehaugh-Cholmondeley',
  'Null',
  "O'Brien-Łukasiewicz",
]

/** Given names. */
export const givenNames: readonly PooledName[] = toPool(GIVEN, GIVEN_OTHER)
/** Family names. */
export const familyNames: readonly PooledName[] = toPool(FAMILY, FAMILY_OTHER)
/** Names people go by, where they differ from the given one. */
export const preferredNames: readonly string[] = [
  'Bob',
  'Sam',
  'Ximena',
  'Jo',
  'AJ',
  'Mimi',
  'Léo',
  'Tông',
  '阿明',
  'Kit 🎸',
]

/** Where people live: street names, to be put after a number. */
export const streets: readonly string[] = [
  'rue Saint-Denis',
  'King Street W',
  'Główna',
  'N Locust Avenue',
  'Chemin de la Côte-des-Neiges',
  'Elm Court',
  'Straße des 17. Juni',
  'Calle de Alcalá',
]

/** A place of work and the region around it. */
export interface Place {
  readonly location: string
  readonly city: string
  readonly state: string
  readonly country: string
  readonly zipcode: string
}

/** Places of work. */
export const places: readonly Place[] = [
  place('Montréal, QC', 'Montréal', 'Quebec', 'Canada', 'H2X 1Y4'),
  place('Toronto, ON', 'Toronto', 'Ontario', 'Canada', 'M5V 2T6'),
  place('Halifax, NS', 'Halifax', 'Nova Scotia', 'Canada', 'B3J 1S9'),
  place('Vancouver, BC', 'Vancouver', 'British Columbia', 'Canada', 'V6B 1A1'),
  place('Lindon, Utah', 'Lindon', 'Utah', 'United States', '84042'),
  place('London, UK', 'London', '', 'United Kingdom', 'EC1A 1BB'),
  place('Kraków', 'Kraków', '', 'Poland', '30-001'),
  place('Remote', 'Iqaluit', 'Nunavut', 'Canada', 'X0A 0H0'),
]

/** Names for departments, divisions and jobs; a company takes as many as it has. */
export const departmentNames: readonly string[] = [
  'Assembly',
  'Maintenance',
  'Shipping & Receiving',
  'Quality',
  'Human Resources',
  'Finance',
  'Entretien ménager',
  'Transport scolaire',
  'Soins infirmiers',
  'IT',
  'Food Services',
  'Legal / Juridique',
  'R&D "Blue Sky"',
  '製造部',
  'قسم الموارد',
  'Customer Success 🎉',
]
/** @see departmentNames */
export const divisionNames: readonly string[] = ['Eastern Canada', 'Western Canada', 'United States', 'Europe']
/** @see departmentNames */
export const jobTitleNames: readonly string[] = [
  'Machine Operator',
  'Electrician',
  'Forklift Driver',
  'Infirmière auxiliaire',
  'Préposé aux bénéficiaires',
  'Accountant',
  'HR Administrator',
  'Software Engineer',
  'Bus Driver',
  'Cook',
  'Shop Steward',
  'Supervisor',
  'Plant Manager',
  'Welder (Red Seal)',
  'Apprentice, 2nd year',
  'Director of Operations',
]

function place(location: string, city: string, state: string, country: string, zipcode: string): Place {
  return { location, city, state, country, zipcode }
}

function toPool(words: string, others: readonly string[]): PooledName[] {
  return [...words.trim().split(/\s+/), ...others].map((name) => ({ name, slug: toSlug(name) }))
}

function toSlug(name: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()
  return plain === '' ? 'employee' : plain
}
