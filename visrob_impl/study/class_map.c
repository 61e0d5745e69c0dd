/* study/class_map.c: the built-in maps are texts of map files, so that they are read, and checked, as any other. */
#include "class_map_impl.h"
#include "../base/number.h"
#include "../format/csv.h"
#include <stdlib.h>
#include <string.h>

static int vrp_class_map_order(const void *key, const void *name) {
    return strcmp((const char *)key, *(const char *const *)name);
}

int64_t vrp_class_map_find(const vr_class_map *map, const char *name) {
    const char *const *found = (const char *const *)bsearch(name, map->names, (size_t)map->count,
                                                            sizeof *map->names, vrp_class_map_order);
    return found ? found - map->names : -1;
}

bool vr_label_space_parse(vr_label_space *space, const char *name, vr_err *err) {
    static const char *const names[VR_LABEL_SPACES] = {"22k", "11k", "1k"};
    for (int k = 0; k < VR_LABEL_SPACES; k++)
        if (strcmp(name, names[k]) == 0) {
            *space = (vr_label_space)k;
            return true;
        }
    return vr_fail(err, VR_ERR_USAGE, "expected a label space 22k, 11k or 1k, found '%s'", name);
}

/* Facts of the published data: the targets of metadata.csv, class by class (images: how many it has), and the 1k
 * lists of the mitigation study. Source: github.com/facebookresearch/dollarstreet_factors. */
static const char vrp_class_map_dollar_street_text[] =
    /* clang-format off */
    "dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids\n"
    "alcoholic_drinks,38,2 20 103,2 20 95,440 907 441 503\n"
    "armchairs,249,73,72,559 765\n"
    "bathrooms,253,26 59,26,434 435 794\n"
    "bedrooms,282,28,28,831\n"
    "beds,286,27,27,831 520\n"
    "bikes,114,29,29,444 671\n"
    "books,214,96 3 30,90 3 30,917 454 453 624\n"
    "bowls,23,31,31,809 659\n"
    "car_keys,28,56,56,\n"
    "cars,78,32,32,\n"
    "ceilings,261,33,33,858 825 853\n"
    "chickens,60,23,23,83\n"
    "child_rooms,228,28,28,\n"
    "cleaning_equipment,216,18 4 34,18 4 34,897 882 534 462\n"
    "cleaning_floors,54,18 34,18 34,882 462\n"
    "computers,117,37,37,527 620 681 508\n"
    "cooking_pots,266,65 66,64 65,926\n"
    "cooking_utensils,231,8 16 58 88,8 16 58 84,651 567 532 499\n"
    "cups,249,39,39,968 647 504\n"
    "diapers,58,5,5,529\n"
    "dish_brushes,252,72,71,\n"
    "dish_racks,267,41,41,729\n"
    "dishwashers,32,6,6,534\n"
    "drying_clothes,214,43,43,897\n"
    "everyday_shoes,270,48,48,770 788 774\n"
    "floors,273,18 34 46,46,\n"
    "freezers,120,14,14,\n"
    "frontdoor_keys,64,56,56,695\n"
    "fruit_trees,75,105 106,96 97,949 31 957 952\n"
    "fruits,145,107,98,957 949 956 954 953\n"
    "glasses,93,78,76,836 837 622 447\n"
    "goats,21,24,24,\n"
    "grains,238,98,92,987\n"
    "guest_beds,229,27,27,831\n"
    "hair_brushes,234,36 52,36 52,584 589\n"
    "homes,284,74 54,73 54,660 449\n"
    "instruments,45,63,62,558 632 687 402 401\n"
    "jackets,30,55,55,841 474\n"
    "kids_bed,242,27,27,831 797 434 520\n"
    "kitchen_sinks,252,4,4,\n"
    "kitchens,257,57,57,\n"
    "latest_furniture_bought,35,49,49,831 532\n"
    "living_rooms,217,60,59,598 831\n"
    "lock_on_front_doors,256,61,60,507\n"
    "make_up,81,38,38,629\n"
    "medication,201,9 13,9 13,648\n"
    "menstruation_pads,69,82 70,69,\n"
    "mosquito_protections,128,11,11,669\n"
    "motorcycles,51,62,61,670\n"
    "music_equipment,113,25,25,402 401 632\n"
    "necklaces,49,12,12,679\n"
    "nicest_shoes,252,48,48,770 514\n"
    "ovens,97,64 10 84,80 10 63,827 651 544 859 766\n"
    "parking_lots,90,50,50,704\n"
    "pens,192,92,87,563 749 709\n"
    "pet_foods,34,99,93,\n"
    "pets,129,22,22,239 537 285 200 282\n"
    "phones,237,83,79,528 487\n"
    "plates,253,40,40,923 729\n"
    "plates_of_food,206,40,40,996 582\n"
    "power_outlets,203,44,44,844\n"
    "power_switches,207,17,17,844\n"
    "radios,110,94,88,754\n"
    "refrigerators,173,14,14,760\n"
    "roofs,234,69,68,858 853\n"
    "rugs,152,47,47,741 885 721\n"
    "shaving,147,104 67 71,66 70,\n"
    "showers,236,1 4 75 76 15,1 4 74 75 15,794 435\n"
    "social_drinks,203,102,94,762\n"
    "sofas,218,73,72,831\n"
    "spices,263,100 79,77,\n"
    "stoves,279,81 45,45 78,827\n"
    "street_view,257,68,67,919 706 920 716\n"
    "toilet_paper,219,21,21,700 999\n"
    "tools,206,85 86,81 82,477 786 527 778\n"
    "toothbrushes,274,87,83,\n"
    "trash,229,0 90,0 85,569 728 792\n"
    "tvs,201,42 95 7,89 42 7,851 548\n"
    "vegetable_plots,53,51,51,738\n"
    "vegetables,202,97,91,938 937 942 947\n"
    "wall_clocks,135,35,35,892\n"
    "wardrobes,265,19,19,894\n"
    "wheel_barrows,32,53,53,723\n"
    "wrist_watches,86,91,86,826 531\n"
    /* clang-format on */
    ;

/* Facts of datasets/geode.py (GEODE_CLASSES_TO_IMAGENET_INDICIES) of github.com/facebookresearch/Geographic_Generalization.
 * As published, so that published numbers are reproduced; vr_geography's page shows which objects share classes. */
static const char vrp_class_map_geode_text[] =
    /* clang-format off */
    "object,imagenet1k_ids\n"
    "backyard,706\n"
    "bag,414 748 747 797 728 636 790 709\n"
    "bicycle,870 671 444 880\n"
    "boat,814 472 554 625 914 833 628 871 484\n"
    "bus,654 779 874\n"
    "candle,470\n"
    "car,569 757 867 864 817 705 656 436 654 609 627 468 511 717 675 734 751\n"
    "chair,423 559 765 831 857\n"
    "cleaning_equipment,882 897 840 462 463 804\n"
    "cooking_pot,567 926 521 469 544 909\n"
    "dog,239 190 265 158 275 248 153 162 208 192 273 227 235 207 225 174 151 244 179 180 263 266 253 159 240 173\n"
    "dustbin,463 412 728 427\n"
    "fence,489 716 912\n"
    "flag,557\n"
    "front_door,799\n"
    "hairbrush_comb,\n"
    "hand_soap,804 631\n"
    "hat,515 433 560 452 808 439 793\n"
    "house,500 660 425 598 449\n"
    "jug,899 901 898 725\n"
    "light_fixture,846 818 619 470\n"
    "light_switch,844\n"
    "lighter,626\n"
    "medicine,720 648\n"
    "monument,873 682 832 708 458 649\n"
    "plate_of_food,923 868\n"
    "religious_building,668 497 663 442 406\n"
    "road_sign,919\n"
    "spices,\n"
    "stall,\n"
    "storefront,582 860 454 865 424 509 788\n"
    "stove,544 827\n"
    "streetlight_lantern,862 733\n"
    "toothbrush,\n"
    "toothpaste_toothpowder,\n"
    "toy,850 865\n"
    "tree,\n"
    "truck,569 867 864 717\n"
    "waste_container,728 412 427 463\n"
    "wheelbarrow,428\n"
    /* clang-format on */
    ;

/* Facts of datasets/dollarstreet.py (MAPPING: the words of WordNet) of the same code, with those words' classes. As published:
 * a car is a "passenger car", which in ImageNet is a railway carriage. */
static const char vrp_class_map_topics_text[] =
    /* clang-format off */
    "topic,wordnet,imagenet1k_ids\n"
    "alarm clock,analog clock,409\n"
    "answering the phone,mobile phone,487\n"
    "arm watch,digital watch,531\n"
    "armchair,rocking chair,765\n"
    "bathroom/toilet,toilet seat,861\n"
    "bed,day bed,831\n"
    "bed kids,day bed,831\n"
    "bike,all-terrain bike,671\n"
    "books,bookcase,453\n"
    "car,passenger car,705\n"
    "ceiling,tile roof,858\n"
    "cleaning after toilet,toilet paper,999\n"
    "cleaning equipment,dishrag,533\n"
    "computer,desktop computer,527\n"
    "cooking pots,skillet,567\n"
    "cooking utensils,spatula,813\n"
    "couch,studio couch,831\n"
    "cups/mugs/glasses,cup,968\n"
    "cutlery,wooden spoon,910\n"
    "diapers (or baby-pants),diaper,529\n"
    "dinner guests,eating place,762\n"
    "dish racks,plate rack,729\n"
    "dish washing brush/cloth,dishrag,533\n"
    "dish washing soap,soap dispenser,804\n"
    "dishwasher,dishwasher,534\n"
    "doing dishes,dishwasher,534\n"
    "drinking water,water bottle,898\n"
    "eating,restaurant,762\n"
    "everyday shoes,running shoe,770\n"
    "family eating,eating place,762\n"
    "freezer,icebox,760\n"
    "get water,water jug,899\n"
    "glasses or lenses,dark glasses,837\n"
    "guest bed,day bed,831\n"
    "home,manufactured home,660\n"
    "jewelry,necklace,679\n"
    "kitchen sink,washbasin,896\n"
    "knifes,paper knife,623\n"
    "light source in kitchen,table lamp,846\n"
    "light source in livingroom,table lamp,846\n"
    "light sources,table lamp,846\n"
    "lightsources by bed,table lamp,846\n"
    "listening to the radio,radio,754\n"
    "lock on front door,padlock,695\n"
    "medication,medicine cabinet,648\n"
    "moped/motorcycle,moped,665\n"
    "mosquito protection,mosquito net,669\n"
    "music equipment,speaker,632\n"
    "necklaces,necklace,679\n"
    "opening and closing the freezer,icebox,760\n"
    "opening and closing the refrigerator,refrigerator,760\n"
    "oven,stove,827\n"
    "paper,paper towel,700\n"
    "parking lot,parking meter,704\n"
    "pen/pencils,ballpoint,418\n"
    "phone,cellphone,487\n"
    "place where eating dinner,dining table,532\n"
    "place where serving guests,eating place,762\n"
    "plate of food,plate,923\n"
    "plates,plate,923\n"
    "pouring drinking water,water bottle,898\n"
    "pouring water,water jug,899\n"
    "radio,radio,754\n"
    "reading light,table lamp,846\n"
    "refrigerator,refrigerator,760\n"
    "roof,tile roof,858\n"
    "salt,salt shaker,773\n"
    "shoes,running shoe,770\n"
    "shower,shower curtain,794\n"
    "sitting and watching tv,television,851\n"
    "soap for hands and body,soap dispenser,804\n"
    "social drink,soda bottle,737\n"
    "sofa,studio couch,831\n"
    "source of cool,electric fan,545\n"
    "source of heat,space heater,811\n"
    "source of light,table lamp,846\n"
    "starting stove,igniter,626\n"
    "stove/hob,stove,827\n"
    "street detail,street sign,919\n"
    "street view,street sign,919\n"
    "switch on/off,switch,844\n"
    "table with food,dining table,532\n"
    "taking a teaspoon of salt,salt shaker,773\n"
    "toilet,toilet seat,861\n"
    "toilet paper,toilet paper,999\n"
    "tools,tool kit,477\n"
    "toys,toyshop,865\n"
    "trash/waste,trash can,412\n"
    "turning lights on and off,switch,844\n"
    "tv,television,851\n"
    "using toilet,toilet seat,861\n"
    "wall clock,wall clock,892\n"
    "wardrobe,wardrobe,894\n"
    "washing clothes/cleaning,washing machine,897\n"
    "waste dumps,trash can,412\n"
    "wheel barrow,wheelbarrow,428\n"
    /* clang-format on */
    ;

/* Adds the ids of a field, with blanks between them, to the last set. */
static bool vrp_class_map_ids(vr_label_builder *ids, const vr_csv *csv, int64_t column, int64_t limit,
                              vr_err *err) {
    const char *s = (const char *)csv->fields[column].data, *end = s + csv->fields[column].size;
    while (s < end) {
        const char *blank = (const char *)memchr(s, ' ', (size_t)(end - s)), *stop = blank ? blank : end;
        int64_t id;
        if (!vr_number_int(&id, s, stop - s) || id < 0 || id >= limit)
            return vr_csv_fail(csv, column, err, "expected a class, 0 to %lld, found '%.*s' (column '%s')",
                               (long long)limit - 1, (int)vr_min(stop - s, 40), s, csv->names[column]);
        vr_label_builder_add(ids, id);
        s = blank ? blank + 1 : end;
        if (blank && s == end)
            return vr_csv_fail(csv, column, err, "expected a class after the last blank (column '%s')",
                               csv->names[column]);
    }
    return true;
}

/* Classes from two columns of a CSV: names, sorted, and ids below `limit`. */
static bool vrp_class_map_read(vr_arena *perm, vr_class_map *map, vr_csv *csv, const char *name_column,
                               const char *ids_column, int64_t limit, vr_err *err) {
    const int64_t name = vr_csv_column(csv, name_column, err),
                  ids = name < 0 ? -1 : vr_csv_column(csv, ids_column, err);
    if (ids < 0) return false;
    int64_t rows = 0, n = 0;
    for (const uint8_t *s = csv->at; s < csv->end; s++) rows += *s == '\n';
    const char **names = VR_NEW(perm, const char *, rows + 1);
    vr_label_builder sets = {.arena = perm};
    for (; vr_csv_next(csv, err); n++) {
        names[n] = vr_csv_string(perm, csv, name);
        if (n > 0 && strcmp(names[n - 1], names[n]) >= 0)
            return vr_csv_fail(csv, name, err,
                               "expected classes sorted by name, each once: '%.60s' after '%.60s'", names[n],
                               names[n - 1]);
        vr_label_builder_next(&sets);
        if (!vrp_class_map_ids(&sets, csv, ids, limit, err)) return false;
    }
    *map = (vr_class_map){.count = n, .classes = limit, .names = names, .ids = vr_label_builder_sets(&sets)};
    return csv->ended && (n > 0 || vr_fail(err, VR_ERR_FORMAT, "%s: no classes", csv->path));
}

bool vr_class_map_dollar_street(vr_arena *perm, vr_class_map *map, const char *path, vr_label_space space,
                                vr_err *err) {
    static const char *const columns[VR_LABEL_SPACES] = {"sin21k_ids", "sin21k_alibaba_ids",
                                                         "imagenet1k_ids"};
    static const int64_t limits[VR_LABEL_SPACES] = {108, 99, 1000};
    *map = (vr_class_map){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    const vr_bytes text = {(const uint8_t *)vrp_class_map_dollar_street_text,
                           sizeof vrp_class_map_dollar_street_text - 1};
    vr_csv csv;
    const bool open = path ? vr_csv_load(perm, &csv, path, err)
                           : vr_csv_parse(perm, &csv, text, "the built-in class map", err);
    if (open && vrp_class_map_read(perm, map, &csv, "dollarstreet_class", columns[space], limits[space], err))
        return true;
    vr_arena_rewind(perm, mark);
    *map = (vr_class_map){0};
    return false;
}

/* A map of ImageNet-1k's classes that is built in: it cannot fail. */
static void vrp_class_map_built_in(vr_arena *perm, vr_class_map *map, const char *text, int64_t size,
                                   const char *name_column) {
    vr_csv csv;
    vr_csv_parse(perm, &csv, (vr_bytes){(const uint8_t *)text, size}, "a built-in class map", VR_FATAL);
    vrp_class_map_read(perm, map, &csv, name_column, "imagenet1k_ids", 1000, VR_FATAL);
}

void vrp_class_map_geode(vr_arena *perm, vr_class_map *map) {
    vrp_class_map_built_in(perm, map, vrp_class_map_geode_text, sizeof vrp_class_map_geode_text - 1,
                           "object");
}

void vrp_class_map_dollar_street_topics(vr_arena *perm, vr_class_map *map) {
    vrp_class_map_built_in(perm, map, vrp_class_map_topics_text, sizeof vrp_class_map_topics_text - 1,
                           "topic");
}
