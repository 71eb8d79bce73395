/** The most frequent function words of eleven languages (ISO 639-1): they tell a language and never make a key phrase. */
export const stopwords: Readonly<Record<string, ReadonlySet<string>>> = {
  en: set(
    'the of and to in a is that for it as was with be by on not he i this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no she do its about them than into could other then out only my may over such our also me any your what some these two up how now us after most where should each must very being through just own per via shall upon under during while before both between those because him did does dear regards please said like yet am here hereby thereof whereas without within against until having made make',
  ),
  de: set(
    'der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde wir ihr ihre ich sowie kann uns unser unsere diese dieser dieses wenn ihnen bitte sehr mir mich du was ob alle keine kein unter gegen zwischen beim vom seit',
  ),
  fr: set(
    'de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou son aux mais comme nous vous leur cette ont ses ces été je elle être fait si même tout sans votre notre sa y deux entre peut on avoir était ainsi selon après chez cela lui dont très bien aussi',
  ),
  es: set(
    'de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él es son fue ha',
  ),
  it: set(
    'di e il la che in a per un è del non una le si da con i dei al sono come gli della alla più o ma nel anche ha lo se delle su nella dal ai dalla sul questo questa ci loro essere stato tra degli suo sua mi cui o dopo quando già fra noi voi vi',
  ),
  pt: set(
    'de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você foram essa num nem suas meu às minha são pelos',
  ),
  nl: set(
    'de en van het een in is dat op te zijn met voor die niet aan er om als bij ook maar door uit naar dan over wordt nog worden was hij tot kan of heeft ik dit deze hebben ze zij wij we je u uw zal geen meer moet wel al onze ons worden tussen tegen onder zo',
  ),
  sv: set(
    'och i att det som en på är av för med den till inte om ett har de var så men vi kan jag han från eller när hon sig vid efter ut där nu sin skulle mot mer ska under också hade bara du mig man upp dem ha blev får detta alla vara denna här än oss vår våra',
  ),
  da: set(
    'og i at det er en til på som for den af med de ikke der et har fra han var om jeg vi kan men så sig eller ved ud efter være du skal over mere når også være blev alle deres hvor dette meget mod bliver vil os vores hvis kun være sin',
  ),
  pl: set(
    'i w na z do się nie to jest że o jak a od za po przez dla oraz co ale tym są być tego lub jego które który która może jej już czy ma ze przy tylko ich gdy także aby był były było tej tych nad pod bez między jako',
  ),
  ru: set(
    'и в не на я что с он как это по но они к у мы вы за бы так от же из для то о его или если при был была было все уже когда до ещё может быть также их после только через',
  ),
};

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
