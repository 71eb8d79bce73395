/** A document whose every word is known, in the order in which it must be read. */
export interface KnownText {
  language: string;
  title: string;
  paragraphs: string[];
  section: string;
  list: string[];
  /** The first row is the head. */
  table: string[][];
}

export const knownTexts: KnownText[] = [
  {
    language: 'en',
    title: 'Annual review of the harbour office',
    paragraphs: [
      'The harbour office handled more ships in the past year than in any year before, although two of its five cranes stood still for most of the spring. Coal and grain made up the larger part of what was landed, while timber fell behind for the third time in a row.',
      'Nobody had expected the storm of February. It tore away forty metres of the northern mole, and for nine days every pilot was kept ashore. The repair cost less than was feared, because the stones could be fetched from the old quarry behind the lighthouse.',
      'For the coming year the office asks for one new tug, a second clerk in the customs hall, and a roof over the fish market. Everything else can wait until the railway has answered our letter about the siding.',
    ],
    section: 'What must be decided before summer',
    list: [
      'Whether the tug is bought or hired',
      'Who signs for the customs hall',
      'When the mole is closed to walkers',
    ],
    table: [
      ['Cargo', 'Ships', 'Tonnes'],
      ['Coal', '212', '48700'],
      ['Grain', '158', '31250'],
      ['Timber', '64', '9820'],
    ],
  },
  {
    language: 'de',
    title: 'Jahresbericht der Bücherei am Mühlenbach',
    paragraphs: [
      'Die Bücherei hat im vergangenen Jahr zweihundert Leserinnen und Leser mehr gezählt als je zuvor, obwohl das Haus wegen des Hochwassers drei Wochen geschlossen blieb. Am häufigsten wurden Reiseführer ausgeliehen, dicht gefolgt von Kinderbüchern und Gedichten.',
      'Das größte Ärgernis waren die Mäuse im Kellergeschoss. Sie fraßen sich durch mehrere Kisten alter Zeitungen, ehe der Hausmeister sie mit Käse und Geduld überlistete. Seither lagern die Zeitungen unter dem Dach, wo es trocken und kühl ist.',
      'Für das nächste Jahr wünschen wir uns längere Öffnungszeiten am Samstag, einen Aufzug für die Bücherwagen und endlich Vorhänge im Lesesaal. Über die Gebühren möchte der Vorstand erst im Herbst sprechen.',
    ],
    section: 'Beschlüsse für das Frühjahr',
    list: [
      'Regale im Südflügel erhöhen',
      'Lesung mit der Schülerzeitung planen',
      'Übrige Dubletten verkaufen',
    ],
    table: [
      ['Abteilung', 'Bände', 'Ausleihen'],
      ['Reiseführer', '1840', '5213'],
      ['Kinderbücher', '3975', '4987'],
      ['Gedichte', '612', '1045'],
    ],
  },
  {
    language: 'fr',
    title: 'Compte rendu de la fête du marché',
    paragraphs: [
      'La fête du marché a réuni cette année près de neuf cents personnes, malgré une pluie tenace qui dura jusqu’à midi. Les étals de fromage furent vidés dès onze heures, et les pâtissiers durent rallumer leurs fours pour contenter tout le monde.',
      'Le comité remercie les élèves du collège, qui ont monté les tréteaux à l’aube et joué de la musique pendant toute la soirée. Sans eux, le défilé des ânes n’aurait jamais traversé la place en si bon ordre.',
      'Pour l’année prochaine, nous proposons de déplacer la buvette vers la fontaine, de prévoir deux tentes supplémentaires et de commencer le concours de tartes une heure plus tôt. La mairie a déjà donné son accord de principe.',
    ],
    section: 'Tâches confiées aux bénévoles',
    list: ['Réserver les tentes avant juin', 'Écrire aux boulangers voisins', 'Réparer la scène en bois'],
    table: [
      ['Étal', 'Visiteurs', 'Recettes'],
      ['Fromage', '340', '2715'],
      ['Pâtisserie', '295', '1980'],
      ['Jouets', '120', '655'],
    ],
  },
];

/** All of it, in reading order. */
export function wordsOf({ title, paragraphs, section, list, table }: KnownText): string {
  return [title, ...paragraphs, section, ...list, ...table.flat()].join('\n');
}

/** The beginnings of its pieces; whatever the format, they must come in this order. */
export function landmarksOf({ title, paragraphs, section, list, table }: KnownText): string[] {
  const starts = [title, ...paragraphs, section, ...list].map((text) => text.slice(0, 14));
  return [...starts, ...table.slice(1).map((row) => row[0]!)];
}
