// What the elements say, by language; a page's own words come before these.
const LABELS = {
  en: {
    search: "Search", placeholder: "Search products", clear: "Clear the search", products: "Products",
    categories: "Categories", queries: "Suggestions", suggested: { one: "{n} suggestion", other: "{n} suggestions" },
    found: { one: "{n} product", other: "{n} products" }, for: "{found} for “{query}”", all: "All products",
    none: "Nothing found for “{query}”", nothing: "Nothing found", tip: "Check the spelling, use fewer or more general words, or take away what narrows the search.",
    filters: "Filters", clearFilters: "Clear all", price: "Price", from: "From", to: "To", vendor: "Brand",
    category: "Category", type: "Type", tags: "Tags", sort: "Sort by", relevance: "Relevance", priceUp: "Price, low to high",
    priceDown: "Price, high to low", titleUp: "Name", more: "Show more", moreValues: "Show all", fewerValues: "Show fewer",
    not: "not {what}", upTo: "up to {price}", soldOut: "Sold out", fromPrice: "from {price}", remove: "Remove: {what}", putBack: "Use again: {what}",
    corrected: "Read as “{query}”", goTo: "Go to {what}", preparing: "The shop’s shelves are being put in order. This takes a moment …",
    busy: "That was a lot of searches. We go on in a moment …", failed: "The search does not answer just now.",
    offline: "You seem to be offline.", refused: "The search does not answer here.", again: "Try again", back: "Scroll back", on: "Scroll on", popular: "Popular now",
    similar: "Similar products", "bought-together": "Often bought together", "also-viewed": "Others also viewed",
    trending: "Popular now", cart: "Goes with what is in your cart", "for-you": "For you",
  },
  de: {
    search: "Suche", placeholder: "Produkte suchen", clear: "Suche leeren", products: "Produkte",
    categories: "Kategorien", queries: "Vorschläge", suggested: { one: "{n} Vorschlag", other: "{n} Vorschläge" },
    found: { one: "{n} Produkt", other: "{n} Produkte" }, for: "{found} für „{query}“", all: "Alle Produkte",
    none: "Nichts gefunden für „{query}“", nothing: "Nichts gefunden", tip: "Prüfen Sie die Schreibweise, nehmen Sie weniger oder allgemeinere Wörter, oder lockern Sie die Filter.",
    filters: "Filter", clearFilters: "Alle löschen", price: "Preis", from: "Von", to: "Bis", vendor: "Marke",
    category: "Kategorie", type: "Art", tags: "Schlagwörter", sort: "Sortieren nach", relevance: "Relevanz", priceUp: "Preis aufsteigend",
    priceDown: "Preis absteigend", titleUp: "Name", more: "Mehr anzeigen", moreValues: "Alle anzeigen", fewerValues: "Weniger anzeigen",
    not: "nicht {what}", upTo: "bis {price}", soldOut: "Ausverkauft", fromPrice: "ab {price}", remove: "Entfernen: {what}", putBack: "Wieder verwenden: {what}",
    corrected: "Gelesen als „{query}“", goTo: "Weiter zu {what}", preparing: "Die Regale werden gerade eingeräumt. Einen Augenblick …",
    busy: "Das waren viele Suchen. Gleich geht es weiter …", failed: "Die Suche antwortet gerade nicht.",
    offline: "Sie scheinen offline zu sein.", refused: "Die Suche antwortet hier nicht.", again: "Nochmals versuchen", back: "Zurückblättern", on: "Weiterblättern", popular: "Gerade beliebt",
    similar: "Ähnliche Produkte", "bought-together": "Wird oft zusammen gekauft", "also-viewed": "Andere sahen auch",
    trending: "Gerade beliebt", cart: "Passt zu Ihrem Warenkorb", "for-you": "Für Sie",
  },
  fr: {
    search: "Recherche", placeholder: "Rechercher des produits", clear: "Effacer la recherche", products: "Produits",
    categories: "Catégories", queries: "Suggestions", suggested: { one: "{n} suggestion", other: "{n} suggestions" },
    found: { one: "{n} produit", other: "{n} produits" }, for: "{found} pour « {query} »", all: "Tous les produits",
    none: "Aucun résultat pour « {query} »", nothing: "Aucun résultat", tip: "Vérifiez l’orthographe, essayez moins de mots ou des mots plus généraux, ou retirez des filtres.",
    filters: "Filtres", clearFilters: "Tout effacer", price: "Prix", from: "De", to: "À", vendor: "Marque",
    category: "Catégorie", type: "Type", tags: "Étiquettes", sort: "Trier par", relevance: "Pertinence", priceUp: "Prix croissant",
    priceDown: "Prix décroissant", titleUp: "Nom", more: "Afficher plus", moreValues: "Tout afficher", fewerValues: "Afficher moins",
    not: "pas {what}", upTo: "jusqu’à {price}", soldOut: "Épuisé", fromPrice: "dès {price}", remove: "Retirer : {what}", putBack: "Reprendre : {what}",
    corrected: "Compris comme « {query} »", goTo: "Aller à {what}", preparing: "Les rayons sont en cours de préparation. Un instant …",
    busy: "Beaucoup de recherches à la fois. On reprend dans un instant …", failed: "La recherche ne répond pas pour le moment.",
    offline: "Vous semblez hors ligne.", refused: "La recherche ne répond pas ici.", again: "Réessayer", back: "Défiler en arrière", on: "Défiler en avant", popular: "Populaires en ce moment",
    similar: "Produits similaires", "bought-together": "Souvent achetés ensemble", "also-viewed": "D’autres ont aussi vu",
    trending: "Populaires en ce moment", cart: "Va bien avec votre panier", "for-you": "Pour vous",
  },
  es: {
    search: "Búsqueda", placeholder: "Buscar productos", clear: "Borrar la búsqueda", products: "Productos",
    categories: "Categorías", queries: "Sugerencias", suggested: { one: "{n} sugerencia", other: "{n} sugerencias" },
    found: { one: "{n} producto", other: "{n} productos" }, for: "{found} para «{query}»", all: "Todos los productos",
    none: "No hay resultados para «{query}»", nothing: "No hay resultados", tip: "Revise la ortografía, use menos palabras o más generales, o quite algún filtro.",
    filters: "Filtros", clearFilters: "Borrar todo", price: "Precio", from: "Desde", to: "Hasta", vendor: "Marca",
    category: "Categoría", type: "Tipo", tags: "Etiquetas", sort: "Ordenar por", relevance: "Relevancia", priceUp: "Precio: de menor a mayor",
    priceDown: "Precio: de mayor a menor", titleUp: "Nombre", more: "Mostrar más", moreValues: "Mostrar todo", fewerValues: "Mostrar menos",
    not: "no {what}", upTo: "hasta {price}", soldOut: "Agotado", fromPrice: "desde {price}", remove: "Quitar: {what}", putBack: "Usar de nuevo: {what}",
    corrected: "Leído como «{query}»", goTo: "Ir a {what}", preparing: "Estamos ordenando los estantes. Un momento …",
    busy: "Han sido muchas búsquedas. Seguimos en un momento …", failed: "La búsqueda no responde en este momento.",
    offline: "Parece que no hay conexión.", refused: "La búsqueda no responde aquí.", again: "Intentar de nuevo", back: "Desplazar atrás", on: "Desplazar adelante", popular: "Populares ahora",
    similar: "Productos similares", "bought-together": "Suelen comprarse juntos", "also-viewed": "Otros también vieron",
    trending: "Populares ahora", cart: "Va bien con su carrito", "for-you": "Para usted",
  },
  zh: {
    search: "搜索", placeholder: "搜索商品", clear: "清除搜索", products: "商品", categories: "分类", queries: "搜索建议",
    suggested: { other: "{n} 条建议" }, found: { other: "{n} 件商品" }, for: "“{query}”：{found}", all: "全部商品",
    none: "没有找到“{query}”", nothing: "没有找到商品", tip: "请检查拼写，减少或改用更常见的词，或取消部分筛选条件。",
    filters: "筛选", clearFilters: "全部清除", price: "价格", from: "最低", to: "最高", vendor: "品牌", category: "分类",
    type: "类型", tags: "标签", sort: "排序", relevance: "相关度", priceUp: "价格从低到高", priceDown: "价格从高到低",
    titleUp: "名称", more: "显示更多", moreValues: "显示全部", fewerValues: "收起", not: "不含 {what}", upTo: "{price} 以下", soldOut: "已售罄", fromPrice: "{price} 起",
    remove: "移除：{what}", putBack: "重新使用：{what}", corrected: "已按“{query}”搜索", goTo: "前往 {what}",
    preparing: "正在整理货架，请稍候……", busy: "搜索过于频繁，稍后继续……", failed: "搜索暂时没有响应。", offline: "您似乎已离线。", refused: "搜索在此处不可用。",
    again: "重试", back: "向前滚动", on: "向后滚动", popular: "热门商品", similar: "相似商品", "bought-together": "经常一起购买",
    "also-viewed": "其他人还看了", trending: "热门商品", cart: "与购物车搭配", "for-you": "为您推荐",
  },
  ar: {
    search: "بحث", placeholder: "ابحث عن منتجات", clear: "مسح البحث", products: "المنتجات", categories: "الفئات", queries: "اقتراحات",
    suggested: { one: "اقتراح واحد", two: "اقتراحان", few: "{n} اقتراحات", other: "{n} اقتراحًا" },
    found: { one: "منتج واحد", two: "منتجان", few: "{n} منتجات", other: "{n} منتجًا" }, for: "{found} لـ «{query}»", all: "كل المنتجات",
    none: "لا نتائج لـ «{query}»", nothing: "لا نتائج", tip: "تحقق من الإملاء، أو استخدم كلمات أقل أو أعم، أو أزل بعض عوامل التصفية.",
    filters: "تصفية", clearFilters: "مسح الكل", price: "السعر", from: "من", to: "إلى", vendor: "العلامة التجارية", category: "الفئة",
    type: "النوع", tags: "الوسوم", sort: "ترتيب حسب", relevance: "الصلة", priceUp: "السعر من الأقل", priceDown: "السعر من الأعلى",
    titleUp: "الاسم", more: "عرض المزيد", moreValues: "عرض الكل", fewerValues: "عرض أقل", not: "ليس {what}", upTo: "حتى {price}", soldOut: "نفدت الكمية", fromPrice: "من {price}",
    remove: "إزالة: {what}", putBack: "استخدام من جديد: {what}", corrected: "تمت القراءة على أنها «{query}»", goTo: "انتقل إلى {what}",
    preparing: "يجري ترتيب الرفوف، لحظة من فضلك …", busy: "عمليات بحث كثيرة، نتابع بعد لحظة …", failed: "البحث لا يجيب الآن.",
    offline: "يبدو أنك غير متصل بالإنترنت.", refused: "البحث غير متاح هنا.", again: "حاول مجددًا", back: "تمرير للخلف", on: "تمرير للأمام", popular: "رائج الآن",
    similar: "منتجات مشابهة", "bought-together": "تُشترى معًا غالبًا", "also-viewed": "شاهد آخرون أيضًا", trending: "رائج الآن",
    cart: "يناسب ما في سلتك", "for-you": "مختارات لك",
  },
};

class Words {
  constructor(language, own) {
    this.language = language || "en";
    const known = LABELS[this.language.split("-")[0].toLowerCase()];
    this.labels = { ...LABELS.en, ...known, ...own };
    // English words in a page of another language are counted as in English.
    this.plural = plain(() => new Intl.PluralRules(known || own ? this.language : "en"), new Intl.PluralRules("en"));
    this.number = plain(() => new Intl.NumberFormat(this.language), new Intl.NumberFormat("en"));
  }

  say(name, values = {}) {
    let text = this.labels[name] ?? name;
    if (typeof text === "object") text = text[this.plural.select(values.n)] ?? text.other;
    const number = (value) => (typeof value === "number" ? this.number.format(value) : value);
    return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? number(values[key]) : whole));
  }

  // Minor units of a currency, as the language writes them; the digits are those that the currency has.
  price(amount, currency) {
    const format = plain(() => new Intl.NumberFormat(this.language, { style: "currency", currency }), null);
    if (!format) return String(amount / 100);
    return format.format(amount / 10 ** digitsOf(currency));
  }
}

function digitsOf(currency) {
  const format = plain(() => new Intl.NumberFormat("en", { style: "currency", currency }), null);
  return format ? format.resolvedOptions().maximumFractionDigits : 2;
}

function plain(attempt, otherwise) {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}
