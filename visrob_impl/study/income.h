/* study/income.h: households of Dollar Street and what they earn: the published rules, for every study of its images. */
#ifndef VISROB_STUDY_INCOME_H
#define VISROB_STUDY_INCOME_H
#include "../metric/group.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The buckets of Facebook's fairness indicators. */
typedef enum vr_income { VR_INCOME_LOW, VR_INCOME_MEDIUM, VR_INCOME_HIGH, VR_INCOME_COUNT } vr_income;

/* "low", "medium" or "high". */
VR_API const char *vr_income_name(vr_income bucket);

/* The bucket of a monthly income in dollars: round(ln(income) / 3), halves to even: low below e^4.5 = 90.02, high above
 * e^7.5 = 1808.04.
 * Notes:   the published rule gives 1, 2, 3; what would be 0 or 4 (below 4.48, above 36,316) is low or high.
 * Source:  VISSL's fairness indicators, the version of the data that Dollar Street's factors were annotated on. */
VR_API vr_income vr_income_bucket(double income);

/* The incomes in groups of that name. Shapes: income: [n], positive. */
VR_API vr_groups vr_income_groups(vr_arena *perm, const double *income, int64_t n);

/* household[i] = the number of the pair (country[i], income[i]), in ascending order; returns how many there are.
 * Shapes:  household, country, income: [n].
 * Source:  pandas: groupby(["country", "income"]).ngroup(). */
VR_API int64_t vr_income_households(int64_t *household, const int64_t *country, const double *income,
                                    int64_t n);

#ifdef __cplusplus
}
#endif
#endif
