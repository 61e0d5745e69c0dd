/* study/geography_maps.c: which ImageNet classes the objects of GeoDE and the topics of Dollar Street are. The tables are
 * as they were published, so that published numbers come out; what looks wrong in them (a car is a "passenger car",
 * which in ImageNet is a railway carriage) is there for vr_geo_map_table to show, not for us to mend. */
#include "../metric/labelset.h"
#include "../model/labels.h"
#include "geography.h"
#include <string.h>

/* clang-format off */
static const struct {
    const char *name;
    int count;
    int16_t ids[26];
} vrp_geo_geode[VR_GEODE_OBJECTS] = {
    {"backyard", 1, {706}},
    {"bag", 8, {414, 748, 747, 797, 728, 636, 790, 709}},
    {"bicycle", 4, {870, 671, 444, 880}},
    {"boat", 9, {814, 472, 554, 625, 914, 833, 628, 871, 484}},
    {"bus", 3, {654, 779, 874}},
    {"candle", 1, {470}},
    {"car", 17, {569, 757, 867, 864, 817, 705, 656, 436, 654, 609, 627, 468, 511, 717, 675, 734, 751}},
    {"chair", 5, {423, 559, 765, 831, 857}},
    {"cleaning_equipment", 6, {882, 897, 840, 462, 463, 804}},
    {"cooking_pot", 6, {567, 926, 521, 469, 544, 909}},
    {"dog", 26, {239, 190, 265, 158, 275, 248, 153, 162, 208, 192, 273, 227, 235, 207, 225, 174, 151, 244, 179, 180, 263, 266, 253, 159, 240, 173}},
    {"dustbin", 4, {463, 412, 728, 427}},
    {"fence", 3, {489, 716, 912}},
    {"flag", 1, {557}},
    {"front_door", 1, {799}},
    {"hairbrush_comb", 0, {0}},
    {"hand_soap", 2, {804, 631}},
    {"hat", 7, {515, 433, 560, 452, 808, 439, 793}},
    {"house", 5, {500, 660, 425, 598, 449}},
    {"jug", 4, {899, 901, 898, 725}},
    {"light_fixture", 4, {846, 818, 619, 470}},
    {"light_switch", 1, {844}},
    {"lighter", 1, {626}},
    {"medicine", 2, {720, 648}},
    {"monument", 6, {873, 682, 832, 708, 458, 649}},
    {"plate_of_food", 2, {923, 868}},
    {"religious_building", 5, {668, 497, 663, 442, 406}},
    {"road_sign", 1, {919}},
    {"spices", 0, {0}},
    {"stall", 0, {0}},
    {"storefront", 7, {582, 860, 454, 865, 424, 509, 788}},
    {"stove", 2, {544, 827}},
    {"streetlight_lantern", 2, {862, 733}},
    {"toothbrush", 0, {0}},
    {"toothpaste_toothpowder", 0, {0}},
    {"toy", 2, {850, 865}},
    {"tree", 0, {0}},
    {"truck", 4, {569, 867, 864, 717}},
    {"waste_container", 4, {728, 412, 427, 463}},
    {"wheelbarrow", 1, {428}},
};

/* A topic and its class; beside it the word of WordNet that the original maps the topic to. */
static const struct {
    const char *name;
    int16_t id;
} vrp_geo_topics[VR_DOLLAR_STREET_TOPICS] = {
    {"alarm clock", 409}, /* analog clock */
    {"answering the phone", 487}, /* mobile phone */
    {"arm watch", 531}, /* digital watch */
    {"armchair", 765}, /* rocking chair */
    {"bathroom/toilet", 861}, /* toilet seat */
    {"bed", 831}, /* day bed */
    {"bed kids", 831}, /* day bed */
    {"bike", 671}, /* all-terrain bike */
    {"books", 453}, /* bookcase */
    {"car", 705}, /* passenger car */
    {"ceiling", 858}, /* tile roof */
    {"cleaning after toilet", 999}, /* toilet paper */
    {"cleaning equipment", 533}, /* dishrag */
    {"computer", 527}, /* desktop computer */
    {"cooking pots", 567}, /* skillet */
    {"cooking utensils", 813}, /* spatula */
    {"couch", 831}, /* studio couch */
    {"cups/mugs/glasses", 968}, /* cup */
    {"cutlery", 910}, /* wooden spoon */
    {"diapers (or baby-pants)", 529}, /* diaper */
    {"dinner guests", 762}, /* eating place */
    {"dish racks", 729}, /* plate rack */
    {"dish washing brush/cloth", 533}, /* dishrag */
    {"dish washing soap", 804}, /* soap dispenser */
    {"dishwasher", 534}, /* dishwasher */
    {"doing dishes", 534}, /* dishwasher */
    {"drinking water", 898}, /* water bottle */
    {"eating", 762}, /* restaurant */
    {"everyday shoes", 770}, /* running shoe */
    {"family eating", 762}, /* eating place */
    {"freezer", 760}, /* icebox */
    {"get water", 899}, /* water jug */
    {"glasses or lenses", 837}, /* dark glasses */
    {"guest bed", 831}, /* day bed */
    {"home", 660}, /* manufactured home */
    {"jewelry", 679}, /* necklace */
    {"kitchen sink", 896}, /* washbasin */
    {"knifes", 623}, /* paper knife */
    {"light source in kitchen", 846}, /* table lamp */
    {"light source in livingroom", 846}, /* table lamp */
    {"light sources", 846}, /* table lamp */
    {"lightsources by bed", 846}, /* table lamp */
    {"listening to the radio", 754}, /* radio */
    {"lock on front door", 695}, /* padlock */
    {"medication", 648}, /* medicine cabinet */
    {"moped/motorcycle", 665}, /* moped */
    {"mosquito protection", 669}, /* mosquito net */
    {"music equipment", 632}, /* speaker */
    {"necklaces", 679}, /* necklace */
    {"opening and closing the freezer", 760}, /* icebox */
    {"opening and closing the refrigerator", 760}, /* refrigerator */
    {"oven", 827}, /* stove */
    {"paper", 700}, /* paper towel */
    {"parking lot", 704}, /* parking meter */
    {"pen/pencils", 418}, /* ballpoint */
    {"phone", 487}, /* cellphone */
    {"place where eating dinner", 532}, /* dining table */
    {"place where serving guests", 762}, /* eating place */
    {"plate of food", 923}, /* plate */
    {"plates", 923}, /* plate */
    {"pouring drinking water", 898}, /* water bottle */
    {"pouring water", 899}, /* water jug */
    {"radio", 754}, /* radio */
    {"reading light", 846}, /* table lamp */
    {"refrigerator", 760}, /* refrigerator */
    {"roof", 858}, /* tile roof */
    {"salt", 773}, /* salt shaker */
    {"shoes", 770}, /* running shoe */
    {"shower", 794}, /* shower curtain */
    {"sitting and watching tv", 851}, /* television */
    {"soap for hands and body", 804}, /* soap dispenser */
    {"social drink", 737}, /* soda bottle */
    {"sofa", 831}, /* studio couch */
    {"source of cool", 545}, /* electric fan */
    {"source of heat", 811}, /* space heater */
    {"source of light", 846}, /* table lamp */
    {"starting stove", 626}, /* igniter */
    {"stove/hob", 827}, /* stove */
    {"street detail", 919}, /* street sign */
    {"street view", 919}, /* street sign */
    {"switch on/off", 844}, /* switch */
    {"table with food", 532}, /* dining table */
    {"taking a teaspoon of salt", 773}, /* salt shaker */
    {"toilet", 861}, /* toilet seat */
    {"toilet paper", 999}, /* toilet paper */
    {"tools", 477}, /* tool kit */
    {"toys", 865}, /* toyshop */
    {"trash/waste", 412}, /* trash can */
    {"turning lights on and off", 844}, /* switch */
    {"tv", 851}, /* television */
    {"using toilet", 861}, /* toilet seat */
    {"wall clock", 892}, /* wall clock */
    {"wardrobe", 894}, /* wardrobe */
    {"washing clothes/cleaning", 897}, /* washing machine */
    {"waste dumps", 412}, /* trash can */
    {"wheel barrow", 428}, /* wheelbarrow */
};
/* clang-format on */

vr_geo_object vr_geode_object(int64_t number) {
    VR_CHECK(number >= 0 && number < VR_GEODE_OBJECTS, "object %lld", (long long)number);
    return (vr_geo_object){vrp_geo_geode[number].name, vrp_geo_geode[number].count,
                           vrp_geo_geode[number].ids};
}

vr_geo_object vr_dollar_street_topic(int64_t number) {
    VR_CHECK(number >= 0 && number < VR_DOLLAR_STREET_TOPICS, "topic %lld", (long long)number);
    return (vr_geo_object){vrp_geo_topics[number].name, 1, &vrp_geo_topics[number].id};
}

/* Compares s[0..n) with a name of a table: A and a, "_" and " " are alike. */
static bool vrp_geo_same(const char *name, const char *s, size_t n) {
    if (strlen(name) != n) return false;
    for (size_t i = 0; i < n; i++) {
        const char a = name[i] == '_' ? ' ' : name[i], b = s[i] == '_' ? ' ' : s[i];
        if (a != (b >= 'A' && b <= 'Z' ? b + 'a' - 'A' : b)) return false;
    }
    return true;
}

int64_t vr_geode_object_find(const char *name) {
    for (int64_t i = 0; i < VR_GEODE_OBJECTS; i++)
        if (vrp_geo_same(vrp_geo_geode[i].name, name, strlen(name))) return i;
    return -1;
}

int64_t vr_dollar_street_topic_find(const char *name) {
    size_t n = strlen(name);
    while (n > 0 && name[n - 1] == ' ') n--;
    while (n > 0 && *name == ' ') name++, n--;
    for (int64_t i = 0; i < VR_DOLLAR_STREET_TOPICS; i++)
        if (vrp_geo_same(vrp_geo_topics[i].name, name, n)) return i;
    return -1;
}

/* ---- the map as a set uses it ---- */

/* The classes of an object: those of its first labelled photograph that has no other object's; in GeoDE all agree. */
static int64_t vrp_geo_first_of(const vr_geo_set *set, int64_t object) {
    const vr_geo_groups *g = &set->by[VR_GEO_OBJECT];
    int64_t best = -1, fewest = INT64_MAX;
    for (int64_t i = 0; i < set->count; i++) {
        const int64_t n = set->labels.begin[i + 1] - set->labels.begin[i];
        if (g->of[i] == object && n > 0 && n < fewest) best = i, fewest = n;
    }
    return best;
}

vr_table vr_geo_map_table(vr_arena *arena, const vr_geo_set *set) {
    static const char *const names[] = {"object", "images", "ImageNet classes", "shares classes with"};
    const vr_geo_groups *g = &set->by[VR_GEO_OBJECT];
    const vr_label_sets sets = {set->labels.begin, set->labels.id, set->count};
    vr_table t = vr_table_new(arena, names, 4);
    int64_t *count = VR_NEW(arena, int64_t, g->count), *of = VR_NEW(arena, int64_t, g->count);
    for (int64_t i = 0; i < set->count; i++) count[g->of[i]]++;
    for (int64_t o = 0; o < g->count; o++) of[o] = vrp_geo_first_of(set, o);
    for (int64_t o = 0; o < g->count; o++) {
        vr_text words = {.arena = arena}, others = {.arena = arena};
        for (int64_t l = of[o] < 0 ? 0 : set->labels.begin[of[o]];
             of[o] >= 0 && l < set->labels.begin[of[o] + 1]; l++)
            vr_text_printf(&words, "%s%s", words.size ? ", " : "", vr_labels_imagenet()[set->labels.id[l]]);
        for (int64_t other = 0; other < g->count; other++) {
            bool shared = false;
            for (int64_t l = of[o] < 0 ? 0 : set->labels.begin[of[o]];
                 of[o] >= 0 && of[other] >= 0 && other != o && l < set->labels.begin[of[o] + 1]; l++)
                shared = shared || vr_label_sets_has(&sets, of[other], set->labels.id[l]);
            if (shared) vr_text_printf(&others, "%s%s", others.size ? ", " : "", g->names[other]);
        }
        vr_table_text(&t, g->names[o]);
        vr_table_number(&t, (double)count[o], 0);
        vr_table_text(&t, words.size ? words.data : "-");
        vr_table_text(&t, others.size ? others.data : "-");
    }
    return t;
}
