"""Numbers that languages say in words: whole ones, parts, how often, how many together."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

# language: {value: the words for it}. Inflected forms are said by their stem and `*`.
_WORDS: Final[Mapping[str, str]] = {
    "en": "0 zero no none free|1 one once single first a an another mono yearly annual* monthly weekly daily every each per|2 two biweekly bi* twice double second pair couple both dual duo half-dozen|"
    "3 three thrice triple third trio tri|4 four fourth quad quadruple quarter*|5 five fifth|6 six sixth|7 seven seventh week*|8 eight "
    "eighth|9 nine ninth|10 ten tenth|11 eleven|12 twelve twelfth dozen*|13 thirteen|14 fourteen fortnight|15 fifteen|16 sixteen|"
    "18 eighteen|20 twenty|24 day*|25 twenty-five|30 thirty month*|40 forty|50 fifty half|60 sixty|70 seventy|80 eighty|90 ninety|"
    "100 hundred* century full* complete* pure*|1000 thousand*|1000000 million*|1000000000 billion*|0.5 half|0.25 quarter",
    "de": "0 null kein* keine|1 ein eins eine einen einem einer eines einmal* einfach* erst* einzeln* ein-*|2 zwei* zweit* zweimal doppel* "
    "doppelt* paar* beide* dual* duo*|3 drei* dritt* dreifach* trio*|4 vier* viert*|5 fünf*|6 sechs* sechst*|7 sieben* siebt* woche*|8 acht*|"
    "9 neun*|10 zehn*|11 elf*|12 zwölf* dutzend*|13 dreizehn*|14 vierzehn*|15 fünfzehn*|16 sechzehn*|18 achtzehn*|20 zwanzig*|24 "
    "rund|25 fünfundzwanzig*|30 dreißig* monat*|40 vierzig*|50 fünfzig* halb* hälfte|60 sechzig*|70 siebzig*|80 achtzig*|90 neunzig*|"
    "100 hundert* voll* rein* ganz*|1000 tausend*|1000000 million*|1000000000 milliarde*|0.5 halb* hälfte|0.25 viertel*|1.5 anderthalb*",
    "fr": "0 zéro aucun* sans|1 un une unique premi* simple seul* fois|2 deux double* deuxi* second* paire* duo couple|3 trois tri* troisi*|"
    "4 quatre quatri* quadr* quart*|5 cinq*|6 six* sixi*|7 sept septi* semaine*|8 huit huiti*|9 neuf neuvi*|10 dix dixi*|11 onze*|12 douze* "
    "douzaine*|13 treize|14 quatorze|15 quinze*|16 seize|18 dix-huit|20 vingt*|24 vingt-quatre|25 vingt-cinq|30 trente* mois|40 "
    "quarante*|50 cinquante* moitié|60 soixante*|70 soixante-dix|80 quatre-vingt*|90 quatre-vingt-dix|100 cent* entièr* pur*|1000 mille* "
    "millier*|1000000 million*|1000000000 milliard*|0.5 demi* moitié|0.25 quart",
    "es": "0 cero ningún* ningun* sin|1 un uno una único primer* solo sola|2 dos doble* segund* par pareja dúo ambos|3 tres triple* tercer* trío|"
    "4 cuatro cuart* cuádruple*|5 cinco quint*|6 seis sext*|7 siete séptim* semana*|8 ocho octav*|9 nueve noven*|10 diez décim*|11 once|12 doce "
    "docena*|13 trece|14 catorce|15 quince*|16 dieciséis|18 dieciocho|20 veinte|24 veinticuatro|25 veinticinco|30 treinta mes*|40 "
    "cuarenta|50 cincuenta mitad|60 sesenta|70 setenta|80 ochenta|90 noventa|100 cien* pur*|1000 mil miles|1000000 millón millones|"
    "0.5 medi* mitad|0.25 cuarto",
    "it": "0 zero nessun*|1 un uno una unic* prim* singol*|2 due doppi* second* paio coppia entrambi|3 tre tripl* terz*|4 quattro quart*|5 cinque quint*|"
    "6 sei sest*|7 sette settim*|8 otto ottav*|9 nove non*|10 dieci decim*|11 undici|12 dodici dozzin*|15 quindici|20 venti|24 ventiquattro|"
    "30 trenta|40 quaranta|50 cinquanta metà|60 sessanta|100 cento|1000 mille mila migliai*|1000000 milion*|0.5 mezz* metà",
    "pt": "0 zero nenhum*|1 um uma únic* primeir*|2 dois duas dupl* segund* par|3 três tripl* terceir*|4 quatro quart*|5 cinco quint*|6 seis sext*|"
    "7 sete sétim*|8 oito oitav*|9 nove non*|10 dez décim*|11 onze|12 doze dúzia*|15 quinze|20 vinte|24 vinte|30 trinta|40 quarenta|"
    "50 cinquenta metade|60 sessenta|100 cem cento*|1000 mil|1000000 milh*|0.5 mei* metade",
    "nl": "0 nul geen|1 een één enkel* eerste|2 twee* dubbel* tweede paar beide|3 drie* derde|4 vier*|5 vijf*|6 zes*|7 zeven*|8 acht*|9 negen*|"
    "10 tien*|11 elf*|12 twaalf* dozijn*|15 vijftien|20 twintig|24 vierentwintig|30 dertig|40 veertig|50 vijftig helft|60 zestig|100 "
    "honderd*|1000 duizend*|1000000 miljoen*|0.5 half halve helft",
    "pl": "0 zero brak|1 jed* pierwsz* pojedyncz*|2 dw* drug* podwójn* para pary|3 trzy trzech trzeci* potrójn*|4 czter* czwart*|5 pięć pięci* piąt*|"
    "6 sześć sześci* szóst*|7 siedem* siódm*|8 osiem ośmi* ósm*|9 dziewięć dziewięci*|10 dziesięć dziesięci*|11 jedenaś*|12 dwanaś* "
    "tuzin*|15 piętnaś*|20 dwadzieś*|24 dwadzieś*|30 trzydzieś*|50 pięćdziesiąt* połow*|100 sto stu|1000 tysi*|1000000 milion*|0.5 pół* połow*",
    "uk": "0 нуль нуля|1 один одн* перш* разов*|2 дв* друг* подвійн* пар* обид*|3 три трьо* трет* потрійн*|4 чотир* четвер*|5 п'ят* п’ят* пʼят*|6 шіст* шест* "
    "шост*|7 сім* сьом* тижн* тижд*|8 вісім* восьм*|9 дев'ят* дев’ят* девʼят*|10 десят*|11 одинадцят*|12 дванадцят* дюжин*|13 тринадцят*|14 "
    "чотирнадцят*|15 п'ятнадцят* п’ятнадцят*|16 шістнадцят*|20 двадцят*|24 цілодобов* двадцят* доб*|30 тридцят* місяц*|40 сорок*|50 п'ятдесят* "
    "п’ятдесят* половин*|60 шістдесят*|100 сто сотн* ста|1000 тисяч*|1000000 мільйон*|0.5 пів* половин*",
    "ru": "0 ноль нуля|1 один одн* перв*|2 дв* втор* двойн* пар* оба обе|3 три трех трёх трет* тройн*|4 четыр* четвер*|5 пят*|6 шест*|7 семь сем* "
    "недел*|8 восемь восьм*|9 девят*|10 десят*|11 одиннадцат*|12 двенадцат* дюжин*|15 пятнадцат*|20 двадцат*|24 круглосуточн* двадцат*|"
    "30 тридцат* месяц*|50 пятьдесят пятидесят* половин*|100 сто сотн* ста|1000 тысяч*|1000000 миллион*|0.5 пол* половин*",
    "sv": "0 noll ingen inga|1 en ett första enkel*|2 två* dubbel* andra par båda|3 tre* tredje|4 fyra* fjärde|5 fem*|6 sex*|7 sju*|8 åtta*|9 nio*|10 tio*|"
    "11 elva|12 tolv* dussin*|15 femton|20 tjugo|30 trettio|50 femtio hälften|100 hundra*|1000 tusen*|0.5 halv* hälften",
    "da": "0 nul ingen|1 en et første enkelt*|2 to dobbelt* anden par begge|3 tre* tredje|4 fire*|5 fem*|6 seks*|7 syv*|8 otte*|9 ni*|10 ti|11 elleve|12 "
    "tolv* dusin*|15 femten|20 tyve|30 tredive|50 halvtreds halvdelen|100 hundred*|1000 tusind*|0.5 halv*",
    "tr": "0 sıfır|1 bir* ilk tek*|2 iki* çift*|3 üç*|4 dört*|5 beş*|6 altı*|7 yedi*|8 sekiz*|9 dokuz*|10 on|11 onbir|12 oniki düzine*|20 yirmi*|30 otuz*|"
    "50 elli* yarı*|100 yüz*|1000 bin*|0.5 yarım* buçuk",
    "cs": "0 nula žádn*|1 jed* první|2 dv* druh* dvojit* pár|3 tři* třet* troj*|4 čtyř* čtvrt*|5 pět* pát*|6 šest*|7 sedm*|8 osm*|9 devět devít*|10 deset* "
    "desít*|11 jedenáct*|12 dvanáct* tucet|15 patnáct*|20 dvacet*|30 třicet*|50 padesát* polovin*|100 sto|1000 tisíc*|0.5 půl* polovin*",
    "ar": "0 صفر|1 واحد* أول* مرة|2 اثن* اثنان ثان* مزدوج* زوج* مرتين|3 ثلاث* ثالث*|4 أربع* رابع*|5 خمس* خامس*|6 ست ستة سادس*|7 سبع* سابع* أسبوع*|8 ثمان* "
    "ثامن*|9 تسع* تاسع*|10 عشر*|12 دزينة|20 عشرين عشرون|24 ساعة|30 ثلاثين ثلاثون شهر*|50 خمسين خمسون نصف|100 مئة مائة بالكامل كامل*|1000 ألف آلاف|0.5 نصف",
}
# Scripts without blanks: the signs that say a number.
_SIGNS: Final[Mapping[str, str]] = {
    "zh": "0 零 〇 无 无需|1 一 单 首|2 二 两 双 对 兩 雙|3 三 叁|4 四|5 五|6 六|7 七 周 星期 週|8 八|9 九|10 十|11 十一|12 十二 一打 打|13 十三|14 十四 两周|15 十五|16 十六|"
    "18 十八|20 二十|24 二十四 全天|25 二十五|30 三十 月|40 四十|50 五十 半|60 六十|70 七十|80 八十|90 九十|100 百 全 纯|1000 千|10000 万 萬|1000000 百万|0.5 半|0.25 四分之一",
    "ja": "0 零 ゼロ 無|1 一 ワン シングル ひと 最初 初 単|2 二 ツー ダブル 両 双 ふた 倍|3 三 トリプル スリー みっ|4 四 よっ|5 五 いつ|6 六|7 七 週|8 八|9 九|10 十|11 十一|12 十二 ダース|13 十三|14 十四|15 十五|"
    "16 十六|20 二十|24 二十四|30 三十 月 か月 ヶ月|50 五十 半|60 六十|100 百 完全 純 すべて|1000 千|10000 万|1000000 百万|0.5 半 ハーフ",
    "ko": "0 영 없|1 일 한 하나 첫 단일|2 이 두 둘 더블 쌍|3 삼 세 셋|4 사 네 넷|5 오 다섯|6 육 여섯|7 칠 일곱 주|8 팔 여덟|9 구 아홉|10 십 열|12 십이 열두 다스|20 이십 스무|24 이십사|30 삼십|"
    "50 오십 절반|100 백|1000 천|10000 만|0.5 반 절반",
}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@lru_cache(maxsize=64)
def _patterns(language: str) -> tuple[tuple[Decimal, re.Pattern[str]], ...]:
    base = language.replace("_", "-").split("-")[0].lower()
    table, signs = (_SIGNS, True) if base in _SIGNS else (_WORDS, False)
    found = []
    for entry in table.get(base, "").split("|") if base in table else ():
        value, *words = entry.split()
        ways = "|".join(re.escape(_folded(word)).replace(r"\*", r"\w*") for word in words)
        # Languages that join words: achtteilig, zweifarbig; the stems above say so by their star.
        found.append((Decimal(value), re.compile(ways if signs else rf"(?<!\w)(?:{ways})(?!\w)")))
    return tuple(found)


def known(language: str) -> bool:
    """Whether this language's words for numbers are known."""
    return bool(_patterns(language))


def said(text: str, language: str) -> frozenset[Decimal]:
    """The numbers that a text says, or may be saying, in words."""
    folded = _folded(text)
    return frozenset(value for value, pattern in _patterns(language) if pattern.search(folded))
