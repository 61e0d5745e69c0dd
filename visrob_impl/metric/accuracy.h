/* metric/accuracy.h: how often a classifier is right, overall, per class and under corruption.
 *
 * Plain arrays in, numbers out: scores are [n,classes] row-major (probabilities or logits: only their order
 * counts), labels and predictions are [n] class numbers. An accuracy is a fraction, 0..1. Nothing here knows a
 * model, so predictions made by any other program serve as well. */
#ifndef VISROB_METRIC_ACCURACY_H
#define VISROB_METRIC_ACCURACY_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* top[i,0..k-1] = the k classes with the highest scores of image i, best first.
 * Shapes:  top: [n,k]; scores: [n,classes]; 1 <= k <= classes.
 * Notes:   the lowest class number wins a tie, NaN comes last.
 * Source:  torch.topk, but for ties and NaN; sklearn.metrics.top_k_accuracy_score of one label an image. */
VR_API void vr_predict_top_k(int64_t *top, const float *scores, int64_t n, int64_t classes, int64_t k);

/* correct[i] = 1 where the label of image i is among its k highest scores, else 0.
 * Shapes:  correct, labels: [n]; scores: [n,classes]; 1 <= k <= classes.
 * Notes:   in a tie the lower class number comes first, as in vr_predict_top_k; a NaN score of the
 *          label is wrong, and a NaN of another class counts as ahead of it. */
VR_API void vr_correct_top_k(uint8_t *correct, const float *scores, const int64_t *labels, int64_t n,
                             int64_t classes, int64_t k);

/* correct[i] = 1 where predicted[i] == labels[i], else 0. */
VR_API void vr_correct(uint8_t *correct, const int64_t *predicted, const int64_t *labels, int64_t n);

/* The mean of correct[n]; NaN for n = 0. */
VR_API double vr_accuracy(const uint8_t *correct, int64_t n);

/* Counts images by label and prediction: counts[label*classes + predicted].
 * Shapes:  counts: [classes,classes], filled; predicted, labels: [n], each in 0..classes-1 (else VR_CHECK).
 * Source:  sklearn.metrics.confusion_matrix. */
VR_API void vr_confusion(int64_t *counts, const int64_t *predicted, const int64_t *labels, int64_t n,
                         int64_t classes);

/* accuracy[c] = the fraction of the images of class c that are predicted as c (its recall).
 * Shapes:  accuracy: [classes]; counts: [classes,classes] from vr_confusion.
 * Notes:   NaN for a class without images. */
VR_API void vr_class_accuracy(double *accuracy, const int64_t *counts, int64_t classes);

/* The index of the lowest number, NaN left out; -1 where there is none. The first of equals: the worst class. */
VR_API int64_t vr_worst(const double *accuracy, int64_t n);

/* (1 - accuracy) / (1 - clean): how many times more errors a factor makes.
 * Notes:   against a clean accuracy of 1 it is +infinity, or NaN where the factor makes no error either.
 * Source:  error ratio of ImageNet-X (Idrissi et al. 2022), section 3. */
VR_API double vr_error_ratio(double accuracy, double clean);

/* mean over corruptions of  sum_s error[c,s] / sum_s baseline[c,s]:  mean corruption error.
 * Shapes:  error, baseline: [corruptions,severities], as fractions.
 * Notes:   baseline NULL gives the unnormalised mean of error; NaN without corruptions. Times 100 it is ImageNet-C's mCE.
 * Source:  Hendrycks and Dietterich 2019, section 4.1. */
VR_API double vr_mce(const double *error, const double *baseline, int64_t corruptions, int64_t severities);

#ifdef __cplusplus
}
#endif
#endif
