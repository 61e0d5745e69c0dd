/* study/income_impl.h: households of Dollar Street and what they earn: the published rules, for every study of its images. */
#ifndef VISROB_STUDY_INCOME_IMPL_H
#define VISROB_STUDY_INCOME_IMPL_H
#include "../metric/group.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The buckets of Facebook's fairness indicators. */
typedef enum vrp_income { VRP_INCOME_LOW, VRP_INCOME_MEDIUM, VRP_INCOME_HIGH, VRP_INCOME_COUNT } vrp_income;

/* "low", "medium" or "high". */
VR_API const char *vrp_income_name(vrp_income bucket);

/* The bucket of a monthly income in dollars: round(ln(income) / 3), halves to even: low below e^4.5 = 90.02, high above
 * e^7.5 = 1808.04.
 * Notes:   the published rule gives 1, 2, 3; what would be 0 or 4 (below 4.48, above 36,316) is low or high.
 * Source:  VISSL's fairness indicators, the version of the data that Dollar Street's factors were annotated on. */
VR_API vrp_income vrp_income_bucket(double income);

/* The incomes in groups of that name. Shapes: income: [n], positive. */
VR_API vr_groups vrp_income_groups(vr_arena *perm, const double *income, int64_t n);

/* household[i] = the number of the pair (country[i], income[i]), in ascending order; returns how many there are.
 * Shapes:  household, country, income: [n].
 * Source:  pandas: groupby(["country", "income"]).ngroup(). */
VR_API int64_t vrp_income_households(int64_t *household, const int64_t *country, const double *income,
                                     int64_t n);

#ifdef __cplusplus
}
#endif
#endif
