/* tests/dollar_street.h: tables of Dollar Street in memory, for its tests. */
#ifndef VISROB_TESTS_DOLLAR_STREET_H
#define VISROB_TESTS_DOLLAR_STREET_H
#include "test.h"
#include "visrob_impl/study/dollar_street/dollar_street_impl.h"

TEST_ARENA(perm);
static vr_dollar_street data;
static vr_err err;

static inline bool parse(const char *text) {
    err = (vr_err){0};
    return vrp_dollar_street_parse(&perm, &data, test_bytes_of(text), "t.csv", NULL, &err);
}

#define FACTORS                                                                                              \
    "multiple_objects,background,color,brighter,darker,style,larger,smaller,object_blocking,"                \
    "person_blocking,partial_view,pattern,pose,shape,subcategory,texture"
#define ANNOTATED                                                                                            \
    ",can_i_rate_this_job,justification,one_word," FACTORS ",class,url,region,income_bucket,income,"         \
    "country\n"
#endif
